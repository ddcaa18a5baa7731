import { randomUUID } from 'node:crypto'
import { BlotterError } from '../../errors.ts'
import { isRole, type Role } from '../../model/role.ts'
import { recordAct } from './audit.ts'
import type { Identity } from './identity.ts'

/** A person, as `user list --json` tells; how they sign in stands beside it. */
export interface UserFacts {
  id: string
  email: string
  name: string
  role: Role
  /** `invited` until a password and a second factor are chosen. */
  state: 'invited' | 'active'
  two_factor: boolean
  passkeys: number
  created_at: string
  last_login_at: string | null
}

export interface UserWish {
  email: string
  name: string
  role: Role
  /** Argon2id, where a password is given to them; else they choose one. */
  passwordHash?: string | undefined
  actor: string
}

const EMAIL = /^[^\s@<>,;:"\\]{1,64}@[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?$/
const LONGEST_NAME = 100

const FACTS = `SELECT id, email, name, role, two_factor_enabled, created_at, last_login_at,
  (SELECT count(*) FROM passkeys WHERE user_id = users.id) AS passkeys,
  EXISTS (SELECT 1 FROM accounts WHERE user_id = users.id AND provider_id <> 'credential') AS has_other
  FROM users`

interface Row {
  id: string
  email: string
  name: string
  role: string
  two_factor_enabled: number
  created_at: string
  last_login_at: string | null
  passkeys: number
  has_other: number
}

/** Whether anybody was ever added. Until then only the link for the first user lets in. */
export function hasUsers({ database }: Identity): boolean {
  return database.get('SELECT 1 FROM users LIMIT 1') !== undefined
}

/** All people, by e-mail. */
export function listUsers({ database }: Identity): UserFacts[] {
  return database.all<Row>(`${FACTS} ORDER BY email`).map(factsOf)
}

/** Throws `user_missing`. */
export function userByEmail({ database }: Identity, email: string): UserFacts {
  const row = database.get<Row>(`${FACTS} WHERE email = ?`, email.trim().toLowerCase())
  if (row) return factsOf(row)
  throw noUser(email)
}

/** Throws `user_missing`. */
export function userById({ database }: Identity, id: string): UserFacts {
  const row = database.get<Row>(`${FACTS} WHERE id = ?`, id)
  if (row) return factsOf(row)
  throw noUser(id)
}

/** Throws `usage` for what is no e-mail or name, `user_exists`. */
export function addUser(identity: Identity, { email: given, name, role, passwordHash, actor }: UserWish): UserFacts {
  const { database, clock } = identity
  const email = checkedEmail(given)
  const id = randomUUID()
  const now = clock.now().toISOString()
  return database.transaction(() => {
    if (database.get('SELECT 1 FROM users WHERE email = ?', email)) throw userTaken(email)
    const sql = `INSERT INTO users (id, name, email, email_verified, role, created_at, updated_at) VALUES (?, ?, ?, 1, ?, ?, ?)`
    database.run(sql, id, checkedName(name), email, role, now, now)
    if (passwordHash !== undefined) setPassword(identity, id, passwordHash)
    recordAct(identity, { actor, act: 'user_added', subject: email, details: { role } })
    return userById(identity, id)
  })
}

/** The person's sessions, passkeys and links go with them. Throws `user_missing`, `usage` for the last admin. */
export function removeUser(identity: Identity, id: string, actor: string): UserFacts {
  const { database } = identity
  return database.transaction(() => {
    const user = userById(identity, id)
    refuseLastAdmin(identity, user)
    database.run('DELETE FROM users WHERE id = ?', id)
    recordAct(identity, { actor, act: 'user_removed', subject: user.email, details: { role: user.role } })
    return user
  })
}

/** From the next request on. Throws `user_missing`, `usage` for the last admin. */
export function setRole(identity: Identity, id: string, role: Role, actor: string): UserFacts {
  const { database } = identity
  return database.transaction(() => {
    const before = userById(identity, id)
    if (role !== 'admin') refuseLastAdmin(identity, before)
    database.run('UPDATE users SET role = ? WHERE id = ?', role, id)
    recordAct(identity, { actor, act: 'role_changed', subject: before.email, details: { from: before.role, to: role } })
    return { ...before, role }
  })
}

export function setName(identity: Identity, id: string, name: string): void {
  identity.database.run('UPDATE users SET name = ? WHERE id = ?', checkedName(name), id)
}

/** Forgets second factor, recovery codes and passkeys, and ends all sessions; the password stays unless it is to go too. */
export function resetFactors(
  identity: Identity,
  id: string,
  { actor, password }: { actor: string; password: boolean },
): UserFacts {
  const { database } = identity
  return database.transaction(() => {
    const user = userById(identity, id)
    for (const table of ['two_factors', 'passkeys', 'sessions', 'links'])
      database.run(`DELETE FROM ${table} WHERE user_id = ?`, id)
    database.run('UPDATE users SET two_factor_enabled = 0 WHERE id = ?', id)
    if (password) database.run("DELETE FROM accounts WHERE user_id = ? AND provider_id = 'credential'", id)
    recordAct(identity, { actor, act: 'factors_reset', subject: user.email, details: { password } })
    return userById(identity, id)
  })
}

/** Puts a password in place of the one before. */
export function setPassword({ database, clock }: Identity, id: string, hashed: string): void {
  const now = clock.now().toISOString()
  database.transaction(() => {
    database.run("DELETE FROM accounts WHERE user_id = ? AND provider_id = 'credential'", id)
    const sql = `INSERT INTO accounts (id, user_id, provider_id, account_id, password, created_at, updated_at)
      VALUES (?, ?, 'credential', ?, ?, ?, ?)`
    database.run(sql, randomUUID(), id, id, hashed, now, now)
  })
}

/** The hash of the person's password; undefined where none was chosen. */
export function passwordOf({ database }: Identity, id: string): string | undefined {
  const sql = "SELECT password FROM accounts WHERE user_id = ? AND provider_id = 'credential'"
  return database.get<{ password: string | null }>(sql, id)?.password ?? undefined
}

export function noteLogin({ database, clock }: Identity, id: string): void {
  database.run('UPDATE users SET last_login_at = ? WHERE id = ?', clock.now().toISOString(), id)
}

function factsOf(row: Row): UserFacts {
  const { id, email, name, role, created_at, last_login_at, passkeys } = row
  const known = row.two_factor_enabled === 1 || passkeys > 0 || row.has_other === 1
  return {
    id,
    email,
    name,
    role: isRole(role) ? role : 'viewer',
    state: known ? 'active' : 'invited',
    two_factor: row.two_factor_enabled === 1,
    passkeys,
    created_at,
    last_login_at,
  }
}

function checkedEmail(given: string): string {
  const email = given.trim().toLowerCase()
  if (EMAIL.test(email)) return email
  throw new BlotterError('usage', `"${given}" is no e-mail address. Nothing was changed.`, {
    todo: 'Give one such as desk@example.org.',
    context: { given },
  })
}

function checkedName(given: string): string {
  const name = given.trim()
  if (name.length > 0 && name.length <= LONGEST_NAME && !/\p{Cc}/u.test(name)) return name
  throw new BlotterError('usage', `A name has 1 to ${LONGEST_NAME} characters on one line. Nothing was changed.`, {
    todo: 'Give the name that others know them by.',
  })
}

/** Somebody has to be able to let people in. */
function refuseLastAdmin({ database }: Identity, { id, email, role }: UserFacts): void {
  if (role !== 'admin' || database.get("SELECT 1 FROM users WHERE role = 'admin' AND id <> ? LIMIT 1", id)) return
  throw new BlotterError('usage', `${email} is the last admin. Nothing was changed.`, {
    todo: 'Make somebody else an admin first.',
    context: { email },
  })
}

function userTaken(email: string): BlotterError {
  return new BlotterError('user_exists', `${email} is a user already. Nothing was changed.`, {
    todo: '`blotter user list` shows them; `blotter user reset-mfa` makes a new link for one.',
    context: { email },
  })
}

function noUser(who: string): BlotterError {
  return new BlotterError('user_missing', `There is no user ${who}. Nothing was changed.`, {
    todo: '`blotter user list` shows them.',
    context: { user: who },
  })
}
