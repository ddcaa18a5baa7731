import { BlotterError } from '../../errors.ts'
import type { Identity } from './identity.ts'

/** What was shown to get a session that opens something. */
export const FACTORS = ['totp', 'recovery', 'passkey', 'single_sign_on'] as const

export type Factor = (typeof FACTORS)[number]

/** A session as its owner sees it. */
export interface SessionFacts {
  id: string
  factor: Factor
  created_at: string
  expires_at: string
  ip_address: string | null
  user_agent: string | null
}

export function isFactor(text: string): text is Factor {
  return (FACTORS as readonly string[]).includes(text)
}

/** Somebody's sessions that are good now, the newest first. */
export function listSessions({ database, clock }: Identity, userId: string): SessionFacts[] {
  const sql = `SELECT id, factor, created_at, expires_at, ip_address, user_agent FROM sessions
    WHERE user_id = ? AND expires_at > ? ORDER BY created_at DESC, id`
  const rows = database.all<Omit<SessionFacts, 'factor'> & { factor: string }>(sql, userId, clock.now().toISOString())
  return rows.flatMap(({ factor, ...row }) => (isFactor(factor) ? [{ ...row, factor }] : []))
}

/** Ends one of somebody's own sessions, from its next request on. Throws `usage` where there is none such. */
export function endSession({ database }: Identity, userId: string, id: string): void {
  if (database.run('DELETE FROM sessions WHERE user_id = ? AND id = ?', userId, id) > 0) return
  throw new BlotterError('usage', 'There is no such session of yours. Nothing was changed.', {
    todo: 'It may have ended already: load the page again.',
  })
}

/** Ends all of somebody's sessions but one; returns how many. */
export function endOtherSessions({ database }: Identity, userId: string, kept: string): number {
  return database.run('DELETE FROM sessions WHERE user_id = ? AND id <> ?', userId, kept)
}

/** Somebody's sessions beyond the newest so many end: what is left open in many places is watched by nobody. */
export function endOldSessions({ database }: Identity, userId: string, kept: number): void {
  const newest = 'SELECT id FROM sessions WHERE user_id = ? ORDER BY created_at DESC, rowid DESC LIMIT ?'
  database.run(`DELETE FROM sessions WHERE user_id = ? AND id NOT IN (${newest})`, userId, userId, kept)
}

/** Notes that the owner has said again who they are. */
export function confirmSession({ database, clock }: Identity, id: string): void {
  database.run('UPDATE sessions SET confirmed_at = ? WHERE id = ?', clock.now().toISOString(), id)
}

/** Sessions and challenges that are over are of no use to anybody. */
export function sweepSessions({ database, clock }: Identity): void {
  const now = clock.now().toISOString()
  database.run('DELETE FROM sessions WHERE expires_at < ?', now)
  database.run('DELETE FROM verifications WHERE expires_at < ?', now)
}
