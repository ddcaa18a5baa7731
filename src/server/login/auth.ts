import { betterAuth } from 'better-auth/minimal'
import { twoFactor } from 'better-auth/plugins'
import { hashPassword, isPassword } from '../../state/identity/password.ts'
import type { Identity } from '../../state/identity/identity.ts'
import { loginKey } from '../../state/identity/login-key.ts'
import { identityAdapter } from './adapter.ts'
import { sessionPlugin } from './session-plugin.ts'
import { type SingleSignOn, singleSignOnPlugin } from './single-sign-on.ts'

/** How long somebody stays signed in, used or not (OWASP ASVS 3.3.2, level 2). */
const SESSION_SECONDS = 12 * 3600
/** To type a code, or to set one up. */
const CHALLENGE_SECONDS = 600

/** The ways in, each by the path on which the library makes a session. What is not here opens nothing by itself. */
const FACTORS: Readonly<Record<string, string>> = {
  '/sign-in/email': 'password',
  '/two-factor/verify-totp': 'totp',
  '/two-factor/verify-backup-code': 'recovery',
  '/callback/:id': 'single_sign_on',
}

export type Auth = ReturnType<typeof createAuth>

/**
 * Users, passwords, one-time codes and sessions, kept by better-auth in the identities' database. Its own routes are not
 * served: the server's routes call its functions, so that there is one list of what can be asked, by whom.
 */
export function createAuth(identity: Identity, { secure, sso }: { secure: boolean; sso: SingleSignOn | undefined }) {
  const date = { type: 'date', required: true, input: false } as const
  const text = { type: 'string', required: true, input: false } as const
  return betterAuth({
    appName: 'Blotter',
    // Links and redirects are made by nobody; the library wants to be told all the same.
    baseURL: 'http://localhost',
    secret: loginKey(identity),
    database: identityAdapter(identity.database),
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      password: { hash: hashPassword, verify: ({ password, hash }) => isPassword(password, hash) },
    },
    user: { additionalFields: { role: { ...text, required: false, defaultValue: 'viewer' } } },
    session: {
      expiresIn: SESSION_SECONDS,
      disableSessionRefresh: true,
      additionalFields: {
        factor: { ...text, defaultValue: 'password' },
        confirmedAt: { ...date, defaultValue: () => identity.clock.now() },
      },
    },
    account: { accountLinking: { enabled: true, trustedProviders: ['sso'] }, encryptOAuthTokens: true },
    advanced: {
      // Under TLS bound to this very host: browsers take `__Host-` only from it, and without a domain.
      cookiePrefix: secure ? '__Host-blotter' : 'blotter',
      useSecureCookies: false,
      defaultCookieAttributes: { httpOnly: true, sameSite: 'strict', path: '/', secure },
      ipAddress: { ipAddressHeaders: [ADDRESS_HEADER] },
    },
    databaseHooks: {
      session: {
        create: {
          before: async (session, context) => {
            const factor = FACTORS[context?.path ?? ''] ?? session['factor']
            return { data: { ...session, factor, confirmedAt: identity.clock.now() } }
          },
        },
      },
    },
    plugins: [
      twoFactor({
        issuer: 'Blotter',
        twoFactorCookieMaxAge: CHALLENGE_SECONDS,
        // Codes are guessed at under the same lock as passwords, which grows; this one is the library's own, behind it.
        accountLockout: { enabled: true, maxFailedAttempts: 10, durationSeconds: 900 },
      }),
      sessionPlugin(identity.clock),
      ...(sso ? [singleSignOnPlugin(sso)] : []),
    ],
    telemetry: { enabled: false },
    rateLimit: { enabled: false },
    logger: { disabled: true },
  })
}

/** Under this name the library is told where a request came from, which the server knows better than any header. */
export const ADDRESS_HEADER = 'x-blotter-address'
