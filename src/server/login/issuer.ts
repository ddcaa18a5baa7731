import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import { z } from 'zod'
import { monotonicSeconds } from '../../clock.ts'
import { BlotterError } from '../../errors.ts'
import type { SingleSignOnConfig } from '../../model/configuration.ts'

const TIMEOUT_MS = 10_000
const LARGEST_BYTES = 256 * 1024
/** After this long an issuer is asked again; and for a key that is not known, after a minute. */
const KEPT_SECONDS = 600
const KEPT_KEYS_SECONDS = 60

const discovery = z.object({
  issuer: z.string(),
  authorization_endpoint: z.url(),
  token_endpoint: z.url(),
  jwks_uri: z.url(),
  token_endpoint_auth_methods_supported: z.array(z.string()).optional(),
})

const tokens = z.object({ id_token: z.string(), access_token: z.string().optional(), token_type: z.string().optional() })
const keySet = z.object({
  keys: z.array(z.looseObject({ kty: z.string(), kid: z.string().optional(), use: z.string().optional() })),
})

type Discovery = z.output<typeof discovery>

/** What is asked of an issuer over the network. */
export interface Issuer {
  discovered(): Promise<Discovery>
  /** The tokens that a code is worth. */
  exchange(wish: { code: string; codeVerifier: string; redirectURI: string }): Promise<{ idToken: string }>
  /** The public key that a token says it is signed with. */
  key(header: { kid?: string | undefined; alg?: string | undefined }): Promise<KeyObject>
}

/**
 * Asks only the configured issuer and the hosts that stand beside it in the configuration, whatever its documents name;
 * redirects are not followed, answers are bounded in size and time. Throws `unauthorized` for what does not fit.
 */
export function openIssuer(config: SingleSignOnConfig): Issuer {
  const base = config.issuer.replace(/\/$/, '')
  const document = kept(KEPT_SECONDS, async () => {
    const found = await ask(`${base}/.well-known/openid-configuration`, config, discovery)
    if (found.issuer !== config.issuer) throw refused(`it calls itself ${found.issuer}`, config)
    for (const place of [found.authorization_endpoint, found.token_endpoint, found.jwks_uri]) refuseElsewhere(place, config)
    return found
  })
  const keys = kept(KEPT_SECONDS, async () => ask((await document()).jwks_uri, config, keySet), KEPT_KEYS_SECONDS)
  return {
    discovered: () => document(),
    async exchange({ code, codeVerifier, redirectURI }) {
      const { token_endpoint, token_endpoint_auth_methods_supported: methods } = await document()
      const form = new URLSearchParams({
        grant_type: 'authorization_code',
        code,
        code_verifier: codeVerifier,
        redirect_uri: redirectURI,
      })
      const secret = await config.clientSecret?.()
      const headers: Record<string, string> = { accept: 'application/json' }
      if (secret !== undefined && (methods === undefined || methods.includes('client_secret_basic'))) {
        const credentials = [config.clientId, secret].map(encodeURIComponent).join(':')
        headers['authorization'] = `Basic ${Buffer.from(credentials).toString('base64')}`
      } else {
        form.set('client_id', config.clientId)
        if (secret !== undefined) form.set('client_secret', secret)
      }
      const { id_token: idToken } = await ask(token_endpoint, config, tokens, { method: 'POST', body: form, headers })
      return { idToken }
    },
    async key({ kid }) {
      const among = ({ keys: all }: z.output<typeof keySet>) =>
        all.find((one) => one.use !== 'enc' && one.kty !== 'oct' && (kid === undefined ? all.length === 1 : one.kid === kid))
      const found = among(await keys()) ?? among(await keys({ isStale: true }))
      if (!found) throw refused('its token is signed with a key that it does not publish', config)
      return createPublicKey({ key: found as JsonWebKey, format: 'jwk' })
    },
  }
}

async function ask<T>(url: string, config: SingleSignOnConfig, shape: z.ZodType<T>, init: RequestInit = {}): Promise<T> {
  refuseElsewhere(url, config)
  try {
    const answer = await fetch(url, { ...init, redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) })
    if (!answer.ok) throw refused(`${new URL(url).pathname} answered ${answer.status}`, config)
    return shape.parse(JSON.parse(await bounded(answer, config)))
  } catch (error) {
    if (error instanceof BlotterError) throw error
    const why = error instanceof z.ZodError ? 'does not answer as OpenID Connect has it' : 'does not answer'
    throw refused(`${new URL(url).pathname} ${why}`, config, error)
  }
}

async function bounded(answer: Response, config: SingleSignOnConfig): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of answer.body ?? []) {
    bytes += chunk.length
    if (bytes > LARGEST_BYTES) throw refused('its answer is too large', config)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** In the open only to this machine, which is where tests are. */
function refuseElsewhere(place: string, { issuer, hosts }: SingleSignOnConfig): void {
  const url = new URL(place)
  const isKnown = url.origin === new URL(issuer).origin || (url.protocol === 'https:' && hosts.includes(url.host))
  if (isKnown) return
  throw new BlotterError(
    'unauthorized',
    `The issuer names ${url.origin}, which is neither the issuer nor allowed. Nothing was asked there.`,
    {
      todo: 'If that is right, add the host to `server.oidc.hosts`.',
      context: { host: url.host },
    },
  )
}

function refused(why: string, { issuer }: SingleSignOnConfig, cause?: unknown): BlotterError {
  return new BlotterError('unauthorized', `Single sign-on with ${issuer} did not work: ${why}. Nobody was signed in.`, {
    todo: 'Try again; if it stays so, check `server.oidc` and the issuer.',
    cause,
  })
}

/** Remembers a good answer for a while; failures are not remembered. */
function kept<T>(seconds: number, work: () => Promise<T>, staleAfterSeconds = 0) {
  let last: { at: number; value: Promise<T> } | undefined
  return ({ isStale = false } = {}): Promise<T> => {
    const limit = isStale ? staleAfterSeconds : seconds
    if (last && monotonicSeconds() - last.at < limit) return last.value
    const value = work()
    const begun = { at: monotonicSeconds(), value }
    last = begun
    value.catch(() => {
      if (last === begun) last = undefined
    })
    return value
  }
}
