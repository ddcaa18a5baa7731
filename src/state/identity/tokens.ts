import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { BlotterError } from '../../errors.ts'
import { type Bearer, isScope, type Scope } from '../../model/scope.ts'
import { recordAct } from './audit.ts'
import type { Identity } from './identity.ts'

/** What may be told of a token: everything but itself. `token list --json` prints it. */
export interface TokenFacts {
  name: string
  scopes: Scope[]
  state: 'active' | 'expired' | 'revoked'
  created_at: string
  expires_at: string | null
  /** To the minute. */
  last_used_at: string | null
  revoked_at: string | null
}

/** The only time that a token is seen. */
export interface NewToken extends TokenFacts {
  token: string
}

export interface TokenWish {
  name: string
  scopes: readonly Scope[]
  /** Without it the token is good until it is revoked. */
  expiresInMs?: number
  /** Who makes it. */
  actor: string
}

interface TokenRow {
  id: string
  name: string
  sha256: Uint8Array
  scopes: string
  created_at: string
  expires_at: string | null
  last_used_at: string | null
  revoked_at: string | null
}

/** Secret scanners know tokens by such a prefix. */
const PREFIX = 'blotter'
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/
/** Noting every use would make each request a write. */
const NOTED_EVERY_MS = 60_000

/** Makes a token of 256 random bits. Throws `usage` for a name that is none, `token_exists` if it is in use. */
export function addToken(identity: Identity, { name, scopes, expiresInMs, actor }: TokenWish): NewToken {
  const { database, clock } = identity
  if (!NAME.test(name)) throw badName(name)
  const now = clock.now()
  const id = randomBytes(6).toString('hex')
  const token = `${PREFIX}_${id}_${randomBytes(32).toString('base64url')}`
  const expiresAt = expiresInMs === undefined ? null : new Date(now.getTime() + expiresInMs).toISOString()
  const granted = [...new Set(scopes)]
  return database.transaction(() => {
    if (unrevoked(identity, name)) throw nameTaken(name)
    database.run(
      'INSERT INTO tokens (id, name, sha256, scopes, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)',
      id,
      name,
      sha256(token),
      JSON.stringify(granted),
      now.toISOString(),
      expiresAt,
    )
    recordAct(identity, {
      actor,
      act: 'token_added',
      subject: name,
      details: { id, scopes: granted, expires_at: expiresAt },
    })
    return { token, ...factsOf(unrevoked(identity, name)!, now) }
  })
}

/** All tokens, those that are good no more included; oldest first. */
export function listTokens({ database, clock }: Identity): TokenFacts[] {
  return database.all<TokenRow>('SELECT * FROM tokens ORDER BY created_at, name').map((row) => factsOf(row, clock.now()))
}

/** From its next request on, the token is a stranger's. Throws `token_missing`. */
export function revokeToken(identity: Identity, name: string, actor: string): TokenFacts {
  const { database, clock } = identity
  return database.transaction(() => {
    const row = unrevoked(identity, name)
    if (!row) throw noToken(name)
    const at = clock.now().toISOString()
    database.run('UPDATE tokens SET revoked_at = ? WHERE id = ?', at, row.id)
    recordAct(identity, { actor, act: 'token_revoked', subject: name, details: { id: row.id } })
    return factsOf({ ...row, revoked_at: at }, clock.now())
  })
}

/** Who shows this token; undefined for a stranger, for what is expired, and for what is revoked. */
export function bearerOf({ database, clock }: Identity, token: string): Bearer | undefined {
  const [prefix, id, ...rest] = token.split('_')
  if (prefix !== PREFIX || id === undefined || rest.length === 0 || token.length > 200) return undefined
  const row = database.get<TokenRow>('SELECT * FROM tokens WHERE id = ?', id)
  if (!row || !timingSafeEqual(row.sha256, sha256(token))) return undefined
  const now = clock.now()
  const facts = factsOf(row, now)
  if (facts.state !== 'active') return undefined
  if (row.last_used_at === null || now.getTime() - Date.parse(row.last_used_at) >= NOTED_EVERY_MS) {
    database.run('UPDATE tokens SET last_used_at = ? WHERE id = ?', now.toISOString(), id)
  }
  return { name: facts.name, scopes: facts.scopes }
}

function unrevoked({ database }: Identity, name: string): TokenRow | undefined {
  return database.get<TokenRow>('SELECT * FROM tokens WHERE name = ? AND revoked_at IS NULL', name)
}

function factsOf(row: TokenRow, now: Date): TokenFacts {
  const { name, created_at, expires_at, last_used_at, revoked_at } = row
  const expired = expires_at !== null && Date.parse(expires_at) <= now.getTime()
  const state = revoked_at !== null ? 'revoked' : expired ? 'expired' : 'active'
  const scopes = (JSON.parse(row.scopes) as string[]).filter(isScope)
  return { name, scopes, state, created_at, expires_at, last_used_at, revoked_at }
}

/** Enough for 256 random bits; a slow hash is for what people choose. */
function sha256(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

function badName(name: string): BlotterError {
  return new BlotterError(
    'usage',
    `"${name}" is no name for a token: expected letters, digits, ".", "_" and "-", at most 64.`,
    {
      todo: 'Name it after who uses it, such as `spark-nightly`.',
      context: { name },
    },
  )
}

function nameTaken(name: string): BlotterError {
  return new BlotterError('token_exists', `There is a token ${name} already, and it is not revoked. Nothing was changed.`, {
    todo: `Take another name, or \`blotter token revoke ${name}\` first.`,
    context: { name },
  })
}

function noToken(name: string): BlotterError {
  return new BlotterError('token_missing', `There is no token ${name} that could be revoked.`, {
    todo: '`blotter token list` shows them.',
    context: { name },
  })
}
