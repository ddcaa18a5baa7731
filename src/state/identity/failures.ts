import { BlotterError } from '../../errors.ts'
import type { Identity } from './identity.ts'

/** So many mistakes are a person's; from then on each costs twice the time of the one before. */
const FREE_FAILURES = 5
const FIRST_WAIT_MS = 30_000
const LONGEST_WAIT_MS = 3_600_000
/** Of an address more is let pass: many people may share it. */
const FREE_FAILURES_OF_ADDRESS = 20
const FORGOTTEN_AFTER_MS = 24 * 3_600_000

/** What a login is tried with: `account:desk@example.org`, `address:192.0.2.7`. */
export type Subject = `account:${string}` | `address:${string}`

/** Throws `too_many_attempts` with how long to wait while one of the subjects is locked. Whether it exists makes no difference. */
export function refuseLocked({ database, clock }: Identity, subjects: readonly Subject[]): void {
  for (const subject of subjects) {
    const row = database.get<Row>('SELECT failures, failed_at FROM login_failures WHERE subject = ?', subject)
    if (!row) continue
    const seconds = Math.ceil((Date.parse(row.failed_at) + waitMs(subject, row.failures) - clock.now().getTime()) / 1000)
    if (seconds > 0) throw locked(seconds)
  }
}

/** Notes a failure of each subject; those of a day ago are forgotten. True where one of them is locked by that for the first time. */
export function noteFailure({ database, clock }: Identity, subjects: readonly Subject[]): boolean {
  const now = clock.now()
  const forgotten = new Date(now.getTime() - FORGOTTEN_AFTER_MS).toISOString()
  return database.transaction(() => {
    database.run('DELETE FROM login_failures WHERE failed_at < ?', forgotten)
    const sql = `INSERT INTO login_failures (subject, failures, failed_at) VALUES (?, 1, ?)
      ON CONFLICT (subject) DO UPDATE SET failures = failures + 1, failed_at = excluded.failed_at RETURNING failures`
    const counts = subjects.map((subject) => database.get<{ failures: number }>(sql, subject, now.toISOString())!.failures)
    return subjects.some((subject, i) => counts[i] === freeFailures(subject))
  })
}

/** After a login that went well. The address keeps its count: one good account must not buy guesses at others. */
export function forgetFailures({ database }: Identity, email: string): void {
  database.run('DELETE FROM login_failures WHERE subject = ?', accountSubject(email))
}

export function accountSubject(email: string): Subject {
  return `account:${email.trim().toLowerCase().slice(0, 320)}`
}

interface Row {
  failures: number
  failed_at: string
}

function freeFailures(subject: string): number {
  return subject.startsWith('address:') ? FREE_FAILURES_OF_ADDRESS : FREE_FAILURES
}

function waitMs(subject: string, failures: number): number {
  const beyond = failures - freeFailures(subject)
  return beyond < 0 ? 0 : Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(beyond, 10))
}

function locked(seconds: number): BlotterError {
  const wait = seconds < 120 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`
  return new BlotterError('too_many_attempts', `Too many attempts failed. The next one is possible in ${wait}.`, {
    todo: 'Wait for that long. Somebody who may use the command line can reset the login: `blotter user reset-mfa EMAIL`.',
    context: { retry_after_seconds: seconds },
  })
}
