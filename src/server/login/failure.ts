import { isAPIError } from 'better-auth/api'
import type { FastifyRequest } from 'fastify'
import { BlotterError } from '../../errors.ts'
import { recordAct } from '../../state/identity/audit.ts'
import { accountSubject, noteFailure, refuseLocked, type Subject } from '../../state/identity/failures.ts'
import type { Identity } from '../../state/identity/identity.ts'

/** One attempt at a login: refused while account or address are locked, counted where it fails. */
export interface Attempt {
  /** Notes the failure, and says what whoever tried is told. */
  failed(act: string, message: string, todo?: string): BlotterError
}

/** Throws `too_many_attempts`. Without an e-mail only the address counts. */
export function beginAttempt(identity: Identity, request: FastifyRequest, email: string | undefined): Attempt {
  const address: Subject = `address:${request.ip}`
  const subjects = email === undefined ? [address] : [accountSubject(email), address]
  refuseLocked(identity, subjects)
  return {
    failed(act, message, todo = 'Try it again; after five failures it takes longer each time.') {
      const told = { actor: email ?? 'stranger', subject: email ?? 'login', details: { address: request.ip } }
      recordAct(identity, { ...told, act })
      if (noteFailure(identity, subjects)) recordAct(identity, { ...told, act: 'login_locked' })
      return new BlotterError('unauthorized', message, { todo })
    },
  }
}

/** The library's own refusals, by its codes; null where it is the server's fault. */
export function refusalOf(error: unknown): { status: number; code: string } | null {
  if (!isAPIError(error)) return null
  const body = error.body as { code?: string } | undefined
  return error.statusCode < 500 ? { status: error.statusCode, code: body?.code ?? '' } : null
}

/** Hands an error of the library to `told` if it is a refusal; what else failed is thrown as it is. */
export async function refusing<T>(work: Promise<T>, told: (code: string) => BlotterError): Promise<T> {
  try {
    return await work
  } catch (error) {
    const refusal = refusalOf(error)
    throw refusal ? told(refusal.code) : (otherKey(error) ?? error)
  }
}

/** What the library's cipher says of what was encrypted with another key. */
const OTHER_KEY = 'invalid tag'

function otherKey(error: unknown): BlotterError | undefined {
  if ((error as Error).message !== OTHER_KEY) return undefined
  const message = 'Second factors cannot be read: login.key is not the one that they were set up with. Nobody was signed in.'
  return new BlotterError('vault_key', message, {
    todo: 'Put that one back, or set up a new factor with a link: `blotter user reset-mfa EMAIL`. Passkeys go on working.',
    cause: error,
  })
}
