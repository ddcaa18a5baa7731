import type { Act, Identity } from './identity.ts'

export interface AuditEntry extends Act {
  at: string
}

export function recordAct({ database, clock, heard }: Identity, { actor, act, subject, details = {} }: Act): void {
  database.run(
    'INSERT INTO audit (at, actor, act, subject, details) VALUES (?, ?, ?, ?, ?)',
    clock.now().toISOString(),
    actor,
    act,
    subject,
    JSON.stringify(details),
  )
  heard?.({ actor, act, subject, details })
}

/** What is older tells nobody anything any more, and has addresses of people in it. */
const KEPT_DAYS = 730

/** Forgets acts of more than two years ago. */
export function sweepActs({ database, clock }: Identity): void {
  const oldest = new Date(clock.now().getTime() - KEPT_DAYS * 86_400_000).toISOString()
  database.run('DELETE FROM audit WHERE at < ?', oldest)
}

/** The newest acts, newest first. */
export function listActs({ database }: Identity, limit: number): AuditEntry[] {
  const sql = 'SELECT at, actor, act, subject, details FROM audit ORDER BY number DESC LIMIT ?'
  return database
    .all<AuditEntry & { details: string }>(sql, limit)
    .map((row) => ({ ...row, details: JSON.parse(row.details) }))
}
