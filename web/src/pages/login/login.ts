import { startAuthentication, startRegistration } from '@simplewebauthn/browser'
import { ask } from '../../api.ts'

/** What a one-time link is good for. */
export interface LinkFound {
  kind: 'first_user' | 'invitation'
  email: string | null
  name: string | null
  /** Whether a password is to be chosen, or the one they have to be given. */
  password: 'new' | 'known'
}

export interface SecondFactor {
  secret: string
  qr_svg: string
}

const post = <T>(path: string, body?: unknown): Promise<T> => ask<T>(path, { method: 'POST', body: body ?? {} })

export const followLink = (token: string) => post<LinkFound>('/session/link', { token })
export const showPassword = (email: string, password: string) => post('/session/password', { email, password })
export const showCode = (code: string) => post('/session/totp', { code })
export const showRecoveryCode = (code: string) => post('/session/recovery', { code })
export const enrolPassword = (given: { password: string; email?: string; name?: string }) =>
  post<SecondFactor>('/enrolment/password', given)
export const enrolCode = (code: string) => post<{ recovery_codes: string[] }>('/enrolment/totp', { code })
export const signOut = () => ask('/session', { method: 'DELETE' })
export const confirmWithPassword = (password: string, code: string) => post('/session/confirm', { password, code })
export const finishSingleSignOn = (given: { code: string; state: string; iss?: string }) => post('/session/oidc', given)

/** Leaves for the issuer, which sends back to the login page. */
export async function beginSingleSignOn(): Promise<void> {
  location.assign((await post<{ url: string }>('/session/oidc/start')).url)
}

type Challenge = Parameters<typeof startAuthentication>[0]['optionsJSON']
type NewChallenge = Parameters<typeof startRegistration>[0]['optionsJSON']

/** Asks the browser for one of its passkeys. Throws what the browser does if its owner would rather not. */
export async function showPasskey(path: '/session/passkey' | '/session/confirm/passkey'): Promise<void> {
  const optionsJSON = await post<Challenge>('/session/passkey/options')
  await post(path, { credential: await startAuthentication({ optionsJSON }) })
}

export async function makePasskey(name: string): Promise<void> {
  const optionsJSON = await post<NewChallenge>('/passkeys/options')
  await post('/passkeys', { name, credential: await startRegistration({ optionsJSON }) })
}

export function canPasskeys(): boolean {
  return 'PublicKeyCredential' in globalThis && isSecureContext
}
