import { BlotterError } from '../../errors.ts'
import { recordAct } from './audit.ts'
import type { Identity } from './identity.ts'

/** A passkey as its owner sees it. */
export interface PasskeyFacts {
  id: string
  name: string
  created_at: string
  last_used_at: string | null
}

export interface Passkey extends PasskeyFacts {
  user_id: string
  public_key: Uint8Array<ArrayBuffer>
  counter: number
  transports: readonly string[]
}

type Row = Omit<Passkey, 'transports'> & { transports: string }

const LONGEST_NAME = 60
const MOST = 20

export function listPasskeys({ database }: Identity, userId: string): Passkey[] {
  return database.all<Row>('SELECT * FROM passkeys WHERE user_id = ? ORDER BY created_at', userId).map(parsed)
}

export function passkeyById({ database }: Identity, id: string): Passkey | undefined {
  const row = database.get<Row>('SELECT * FROM passkeys WHERE id = ?', id)
  return row && parsed(row)
}

/** An empty name becomes `Passkey`, one longer than 60 characters is cut. Throws `usage` for the twenty-first. */
export function addPasskey(
  identity: Identity,
  user: { id: string; email: string },
  {
    id,
    name,
    publicKey,
    counter,
    transports,
  }: { id: string; name: string; publicKey: Uint8Array; counter: number; transports: readonly string[] },
): PasskeyFacts {
  const { database, clock } = identity
  const called = name.trim().slice(0, LONGEST_NAME) || 'Passkey'
  const now = clock.now().toISOString()
  return database.transaction(() => {
    if (listPasskeys(identity, user.id).length >= MOST) throw tooMany()
    const sql =
      'INSERT INTO passkeys (id, user_id, name, public_key, counter, transports, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)'
    database.run(sql, id, user.id, called, publicKey, counter, JSON.stringify(transports), now)
    recordAct(identity, { actor: user.email, act: 'passkey_added', subject: called })
    return { id, name: called, created_at: now, last_used_at: null }
  })
}

export function notePasskeyUse({ database, clock }: Identity, id: string, counter: number): void {
  database.run('UPDATE passkeys SET counter = ?, last_used_at = ? WHERE id = ?', counter, clock.now().toISOString(), id)
}

/** Throws `usage` where there is none such. */
export function removePasskey(identity: Identity, user: { id: string; email: string }, id: string): void {
  const found = passkeyById(identity, id)
  if (found?.user_id !== user.id) {
    throw new BlotterError('usage', 'There is no such passkey of yours. Nothing was changed.', {
      todo: 'Load the page again.',
    })
  }
  identity.database.run('DELETE FROM passkeys WHERE id = ?', id)
  recordAct(identity, { actor: user.email, act: 'passkey_removed', subject: found.name })
}

function parsed({ transports, ...row }: Row): Passkey {
  return { ...row, transports: JSON.parse(transports) as string[] }
}

function tooMany(): BlotterError {
  return new BlotterError('usage', `You have ${MOST} passkeys, which is as many as there can be. Nothing was changed.`, {
    todo: 'Remove one that you use no more.',
  })
}
