import { createHash, randomBytes } from 'node:crypto'
import { BlotterError } from '../../errors.ts'
import { recordAct } from './audit.ts'
import type { Identity } from './identity.ts'

/** The first user has to be at the terminal; others read their mail later. */
const FIRST_USER_MS = 10 * 60_000
const INVITATION_MS = 24 * 3_600_000

/** What stands behind the `#` of a link, so that no server on the way and no log sees it. */
export interface NewLink {
  token: string
  expires_at: string
}

/** Makes a link good for one use: of a user, or without one of the first user; those made before are good no more. */
export function addLink({ database, clock }: Identity, userId: string | null): NewLink {
  const token = randomBytes(32).toString('base64url')
  const lifeMs = userId === null ? FIRST_USER_MS : INVITATION_MS
  const expiresAt = new Date(clock.now().getTime() + lifeMs).toISOString()
  database.transaction(() => {
    database.run('DELETE FROM links WHERE user_id IS ?', userId)
    database.run('INSERT INTO links (sha256, user_id, expires_at) VALUES (?, ?, ?)', sha256(token), userId, expiresAt)
  })
  return { token, expires_at: expiresAt }
}

interface Row {
  user_id: string | null
  expires_at: string
  used_at: string | null
}

/** Whose link a token is of, null for the first user's; it is used up by that. Throws `link_refused`, saying why. */
export function useLink(identity: Identity, token: string): string | null {
  const { database, clock } = identity
  const now = clock.now()
  return database.transaction(() => {
    const row = database.get<Row>('SELECT user_id, expires_at, used_at FROM links WHERE sha256 = ?', sha256(token))
    if (!row) throw refused('is not known')
    if (row.used_at !== null) throw refused('was used already')
    if (Date.parse(row.expires_at) <= now.getTime()) throw refused('has expired')
    database.run('UPDATE links SET used_at = ? WHERE sha256 = ?', now.toISOString(), sha256(token))
    recordAct(identity, { actor: 'link', act: 'link_used', subject: row.user_id ?? 'first user' })
    return row.user_id
  })
}

function sha256(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

function refused(why: string): BlotterError {
  return new BlotterError('link_refused', `This link ${why}. Nothing was changed.`, {
    todo: 'Ask for a new one: `blotter user reset-mfa EMAIL` prints it, and `blotter serve` prints one while there is no user yet.',
  })
}
