import { createHash, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** An issuer of OpenID Connect on loopback, which signs with a key of its own and checks PKCE and its client's secret. */
export interface Issuer extends AsyncDisposable {
  url: string
  clientId: string
  clientSecret: string
  /** What its next tokens say; `null` leaves a claim out. */
  claims: Record<string, unknown>
  /** What it does wrong. */
  faults: { key?: KeyObject; document?: Record<string, unknown>; redirect?: string }
  /** Every path it was asked for. */
  asked: string[]
  /** Signs somebody in as a browser would: the address that it sends back to. */
  authorize(address: string): URL
}

export async function startIssuer(): Promise<Issuer> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const codes = new Map<string, URLSearchParams>()
  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const issuer: Issuer = {
    url,
    clientId: 'blotter',
    clientSecret: 'secret of the client',
    claims: { sub: 'subject-1', email: 'Officer@Example.org', email_verified: true, name: 'An officer' },
    faults: {},
    asked: [],
    authorize(address) {
      const asked = new URL(address)
      const code = randomUUID()
      codes.set(code, asked.searchParams)
      const back = new URL(asked.searchParams.get('redirect_uri')!)
      back.searchParams.set('code', code)
      back.searchParams.set('state', asked.searchParams.get('state')!)
      back.searchParams.set('iss', url)
      return back
    },
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', url).pathname
    issuer.asked.push(path)
    const send = (status: number, body: unknown): void =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    if (issuer.faults.redirect) return void response.writeHead(302, { location: issuer.faults.redirect }).end()
    if (path === '/.well-known/openid-configuration') {
      return send(200, {
        issuer: url,
        authorization_endpoint: `${url}/authorize`,
        token_endpoint: `${url}/token`,
        jwks_uri: `${url}/keys`,
        ...issuer.faults.document,
      })
    }
    if (path === '/authorize') {
      return void response.writeHead(302, { location: issuer.authorize(`${url}${request.url}`).href }).end()
    }
    if (path === '/keys')
      return send(200, { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'RS256' }] })
    if (path !== '/token') return send(404, {})
    const form = new URLSearchParams(await textOf(request))
    const asked = codes.get(form.get('code') ?? '')
    codes.delete(form.get('code') ?? '')
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url')
    const expected = `Basic ${Buffer.from(`blotter:${encodeURIComponent(issuer.clientSecret)}`).toString('base64')}`
    const isRight =
      asked?.get('code_challenge') === challenge &&
      asked.get('redirect_uri') === form.get('redirect_uri') &&
      request.headers.authorization === expected
    if (!isRight) return send(400, { error: 'invalid_grant' })
    send(200, { id_token: tokenOf(asked.get('nonce')), access_token: 'a', token_type: 'Bearer' })
  }

  function tokenOf(nonce: string | null): string {
    const now = Math.floor(Date.now() / 1000)
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
    const claims = { iss: url, aud: 'blotter', iat: now, exp: now + 300, nonce, ...issuer.claims }
    const signed = `${part({ alg: 'RS256', kid: 'one', typ: 'JWT' })}.${part(claims)}`
    return `${signed}.${sign('sha256', Buffer.from(signed), issuer.faults.key ?? privateKey).toString('base64url')}`
  }

  return issuer
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}
