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

/** The newest acts, newest first. */
export function listActs({ database }: Identity, limit: number): AuditEntry[] {
  const sql = 'SELECT at, actor, act, subject, details FROM audit ORDER BY number DESC LIMIT ?'
  return database
    .all<AuditEntry & { details: string }>(sql, limit)
    .map((row) => ({ ...row, details: JSON.parse(row.details) }))
}
