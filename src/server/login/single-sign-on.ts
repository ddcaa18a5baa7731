import type { BetterAuthPlugin } from 'better-auth'
import { createAuthorizationURL, type OAuthProvider, verifyProviderIdToken } from 'better-auth/oauth2'
import { AsyncLocalStorage } from 'node:async_hooks'
import { BlotterError } from '../../errors.ts'
import type { SingleSignOnConfig } from '../../model/configuration.ts'
import { openIssuer } from './issuer.ts'

/** Single sign-on by OpenID Connect with the one issuer that is configured. */
export interface SingleSignOn {
  config: SingleSignOnConfig
  provider: OAuthProvider<Claims>
  /** Does the work for a request that came to this origin, to which the issuer sends people back. */
  from<T>(origin: string, work: () => Promise<T>): Promise<T>
}

interface Claims {
  sub: string
  email?: string
  email_verified?: boolean
  name?: string
  preferred_username?: string
}

/** Where people come back to; its page hands on what the issuer sent along by a POST of its own. */
export const RETURN_PATH = '/login'

/**
 * Authorization code with PKCE, state and nonce; the ID token's signature, issuer, audience and nonce are checked by the
 * library. Nothing is asked of the issuer before somebody wants to sign in.
 */
export function singleSignOn(config: SingleSignOnConfig): SingleSignOn {
  const origins = new AsyncLocalStorage<string>()
  const redirectURI = (): string => `${origins.getStore() ?? ''}${RETURN_PATH}`
  const issuer = openIssuer(config)
  const provider: OAuthProvider<Claims> = {
    id: 'sso',
    name: config.name,
    issuer: config.issuer,
    requiresIdTokenNonce: true,
    // The library asks here, and in `disableSignUp` beside it where it takes tokens from browsers, which is not served.
    options: { disableSignUp: config.role === undefined },
    disableSignUp: config.role === undefined,
    accountSubject: ({ profile }) => profile.sub,
    idToken: { jwks: issuer.key, issuer: config.issuer, audience: config.clientId, algorithms: [...ALGORITHMS] },
    createAuthorizationURL: async ({ state, codeVerifier, idTokenNonce }) =>
      createAuthorizationURL({
        id: 'sso',
        options: { clientId: config.clientId, redirectURI: redirectURI() },
        authorizationEndpoint: (await issuer.discovered()).authorization_endpoint,
        redirectURI: redirectURI(),
        scopes: ['openid', 'email', 'profile'],
        state,
        codeVerifier,
        ...(idTokenNonce === undefined ? {} : { nonce: idTokenNonce }),
      }),
    validateAuthorizationCode: async ({ code, codeVerifier = '' }) =>
      issuer.exchange({ code, codeVerifier, redirectURI: redirectURI() }),
    getUserInfo: async ({ idToken, expectedIdTokenNonce }) => {
      if (idToken === undefined || !(await verifyProviderIdToken(provider, idToken, expectedIdTokenNonce))) return null
      const claims = claimsOf(idToken)
      // An address that nobody has shown to be theirs would let anybody be anybody.
      if (claims.email === undefined || claims.email_verified !== true) return null
      const name = claims.name ?? claims.preferred_username ?? claims.email
      return { user: { email: claims.email, emailVerified: true, name }, data: claims }
    },
  }
  return { config, provider, from: (origin, work) => origins.run(origin, work) }
}

/** Makes the provider one of the library's. */
export function singleSignOnPlugin({ provider, config }: SingleSignOn) {
  return {
    id: 'blotter-single-sign-on',
    init: (context) => ({
      context: { socialProviders: [provider as OAuthProvider, ...context.socialProviders] },
      options: {
        databaseHooks: {
          user: {
            create: { before: async (user) => ({ data: { ...user, role: config.role ?? 'viewer', emailVerified: true } }) },
          },
        },
      },
    }),
  } satisfies BetterAuthPlugin
}

/** Signatures with keys of two halves alone: with a shared one, whoever can check can forge. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'EdDSA'] as const

function claimsOf(idToken: string): Claims {
  return JSON.parse(Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString('utf8')) as Claims
}

export function signOnFailed(why: string, cause?: unknown): BlotterError {
  return new BlotterError('unauthorized', `Single sign-on did not work: ${why}. Nobody was signed in.`, {
    todo: 'Try it again from the login page. If it stays so, an admin finds more in the log and in `server.oidc`.',
    cause,
  })
}
