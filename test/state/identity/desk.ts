import type { TestContext } from 'node:test'
import type { Clock } from '../../../src/clock.ts'
import { BlotterError, type ErrorCode } from '../../../src/errors.ts'
import { type Identity, openIdentity } from '../../../src/state/identity/identity.ts'
import { addUser, type UserFacts } from '../../../src/state/identity/users.ts'
import { testFolder } from '../folder.ts'

const START = Date.parse('2026-11-23T06:00:00Z')
export const MINUTE_MS = 60_000
export const HOUR_MS = 3_600_000

/** Identities in a folder of the test's own, on a clock that stands still until time is said to pass. */
export interface Desk {
  folder: string
  identity: Identity
  pass(ms: number): void
}

export function desk(t: TestContext): Desk {
  const folder = testFolder(t)
  let at = START
  const clock: Clock = { now: () => new Date(at) }
  const identity = openIdentity(folder, clock)
  t.after(() => identity.close())
  return { folder, identity, pass: (ms) => void (at += ms) }
}

export function addPerson(identity: Identity, name: string, role: UserFacts['role'] = 'viewer'): UserFacts {
  return addUser(identity, { email: `${name}@example.org`, name, role, actor: 'test' })
}

/** A session as the library for logins writes it, good for an hour. */
export function openSession(identity: Identity, userId: string, id: string, factor = 'totp'): void {
  const now = identity.clock.now()
  const at = now.toISOString()
  const sql = `INSERT INTO sessions (id, token, user_id, factor, confirmed_at, expires_at, created_at, updated_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)`
  const expiresAt = new Date(now.getTime() + HOUR_MS).toISOString()
  identity.database.run(sql, id, `token of ${id}`, userId, factor, at, expiresAt, at, at)
}

export function code(expected: ErrorCode): (error: unknown) => boolean {
  return (error) => error instanceof BlotterError && error.code === expected
}

/** An error of that code whose message matches. */
export function saying(expected: ErrorCode, message: RegExp): (error: unknown) => boolean {
  return (error) => code(expected)(error) && message.test((error as BlotterError).message)
}
