import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { BlotterError } from '../../../src/errors.ts'
import { listActs } from '../../../src/state/identity/audit.ts'
import { IDENTITY_FILE, openIdentity } from '../../../src/state/identity/identity.ts'
import { addToken, bearerOf, listTokens, revokeToken } from '../../../src/state/identity/tokens.ts'
import { testFolder } from '../folder.ts'
import { code, desk } from './desk.ts'

const wish = { name: 'spark', scopes: ['catalog:read', 'catalog:write'] as const, actor: 'test' }

test('a token lets its bearer in under its name and scopes, and nothing that resembles it does', (t) => {
  const { identity } = desk(t)
  const { token } = addToken(identity, wish)
  assert.match(token, /^blotter_[0-9a-f]{12}_[\w-]{43}$/)
  assert.deepEqual(bearerOf(identity, token), { name: 'spark', scopes: ['catalog:read', 'catalog:write'] })
  const short = ['', 'blotter', 'blotter_', token.slice(0, -1)]
  const others = [...short, `${token}x`, token.toUpperCase(), token.replace('blotter', 'blotted'), 'x'.repeat(1e6)]
  const changed = `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`
  for (const other of [...others, changed]) assert.equal(bearerOf(identity, other), undefined, other.slice(0, 80))
})

test('the token itself is nowhere on disk, and the file is its owner’s alone', (t) => {
  const { folder, identity } = desk(t)
  const { token } = addToken(identity, wish)
  const secret = token.slice(token.lastIndexOf('_') + 1)
  for (const name of readdirSync(folder)) {
    const text = readFileSync(join(folder, name), 'latin1')
    assert.ok(!text.includes(token) && !text.includes(secret), name)
    if (process.platform !== 'win32') assert.equal(statSync(join(folder, name)).mode & 0o077, 0, name)
  }
})

test('an expired token is a stranger’s from its last moment on, and a revoked one at once', (t) => {
  const { identity, pass } = desk(t)
  const short = addToken(identity, { ...wish, name: 'short', expiresInMs: 1000 })
  const long = addToken(identity, wish)
  pass(999)
  assert.ok(bearerOf(identity, short.token))
  pass(1)
  assert.equal(bearerOf(identity, short.token), undefined)
  assert.equal(revokeToken(identity, 'spark', 'test').state, 'revoked')
  assert.equal(bearerOf(identity, long.token), undefined)
  assert.deepEqual(
    listTokens(identity).map(({ name, state }) => [name, state]),
    [
      ['short', 'expired'],
      ['spark', 'revoked'],
    ],
  )
})

test('a name is free again once its token is revoked, and the old token stays worthless', (t) => {
  const { identity } = desk(t)
  const first = addToken(identity, wish)
  assert.throws(() => addToken(identity, wish), code('token_exists'))
  revokeToken(identity, 'spark', 'test')
  const second = addToken(identity, wish)
  assert.equal(bearerOf(identity, first.token), undefined)
  assert.ok(bearerOf(identity, second.token))
  revokeToken(identity, 'spark', 'test')
  assert.throws(() => revokeToken(identity, 'spark', 'test'), code('token_missing'))
})

test('names that could be mistaken for something else are refused', (t) => {
  const { identity } = desk(t)
  for (const name of ['', ' ', '-x', 'a b', 'a/b', 'ä', 'x'.repeat(65)]) {
    assert.throws(() => addToken(identity, { ...wish, name }), code('usage'), name)
  }
})

test('the last use is noted once a minute at most', (t) => {
  const { identity, pass } = desk(t)
  const { token } = addToken(identity, wish)
  const used = (): string | null | undefined => listTokens(identity)[0]?.last_used_at
  assert.equal(used(), null)
  bearerOf(identity, token)
  pass(59_000)
  bearerOf(identity, token)
  assert.equal(used(), '2026-11-23T06:00:00.000Z')
  pass(1000)
  bearerOf(identity, token)
  assert.equal(used(), '2026-11-23T06:01:00.000Z')
})

test('each act is in the audit log, with who did it and without the token', (t) => {
  const { identity } = desk(t)
  const { token } = addToken(identity, wish)
  revokeToken(identity, 'spark', 'somebody')
  const acts = listActs(identity, 10)
  assert.deepEqual(
    acts.map(({ actor, act, subject }) => [actor, act, subject]),
    [
      ['somebody', 'token_revoked', 'spark'],
      ['test', 'token_added', 'spark'],
    ],
  )
  assert.deepEqual(acts[1]?.details?.['scopes'], ['catalog:read', 'catalog:write'])
  assert.ok(!JSON.stringify(acts).includes(token.slice(21)))
})

test('two processes see each other’s tokens', (t) => {
  const { folder, identity } = desk(t)
  const other = openIdentity(folder)
  t.after(() => other.close())
  const { token } = addToken(other, wish)
  assert.ok(bearerOf(identity, token))
  revokeToken(other, 'spark', 'test')
  assert.equal(bearerOf(identity, token), undefined)
})

test('a damaged file is refused with the way to mend it, and left as it is', (t) => {
  const folder = testFolder(t)
  writeFileSync(join(folder, IDENTITY_FILE), 'This is not a database. '.repeat(1000))
  assert.throws(
    () => openIdentity(folder),
    (error: BlotterError) => code('state_damaged')(error) && /from a backup/.test(error.todo),
  )
})
