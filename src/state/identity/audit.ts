import type { Identity } from './identity.ts'

/** An act worth remembering: who, what, to whom. Never holds a credential. */
export interface Act {
  /** `command line`, or the name of a token or user. */
  actor: string
  /** `token_added` */
  act: string
  subject: string
  details?: Readonly<Record<string, unknown>>
}

export interface AuditEntry extends Act {
  at: string
}

export function recordAct({ database, clock }: Identity, { actor, act, subject, details = {} }: Act): void {
  database.run(
    'INSERT INTO audit (at, actor, act, subject, details) VALUES (?, ?, ?, ?, ?)',
    clock.now().toISOString(),
    actor,
    act,
    subject,
    JSON.stringify(details),
  )
}

/** The newest acts, newest first. */
export function listActs({ database }: Identity, limit: number): AuditEntry[] {
  const sql = 'SELECT at, actor, act, subject, details FROM audit ORDER BY number DESC LIMIT ?'
  return database
    .all<AuditEntry & { details: string }>(sql, limit)
    .map((row) => ({ ...row, details: JSON.parse(row.details) }))
}
