import { createHash } from 'node:crypto'
import type { Identity } from './identity.ts'

/** A code is good for its half minute and the ones beside it. */
const GOOD_FOR_MS = 2 * 60_000

/** Marks a code as used; false if it was already. Of two that come at once one is first. */
export function takeCode({ database, clock }: Identity, userId: string, code: string): boolean {
  const now = clock.now()
  return database.transaction(() => {
    database.run('DELETE FROM used_codes WHERE used_at < ?', new Date(now.getTime() - GOOD_FOR_MS).toISOString())
    const sql = 'INSERT INTO used_codes (user_id, sha256, used_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING'
    return database.run(sql, userId, sha256(code), now.toISOString()) === 1
  })
}

/** Takes the mark off a code that was not good. */
export function giveCodeBack({ database }: Identity, userId: string, code: string): void {
  database.run('DELETE FROM used_codes WHERE user_id = ? AND sha256 = ?', userId, sha256(code))
}

function sha256(code: string): Buffer {
  return createHash('sha256').update(code).digest()
}
