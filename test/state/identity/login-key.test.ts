import assert from 'node:assert/strict'
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { redaction } from '../../../src/log/redaction.ts'
import { LOGIN_KEY_FILE, loginKey } from '../../../src/state/identity/login-key.ts'
import { desk, saying } from './desk.ts'

const isWindows = process.platform === 'win32' && 'Windows has no such rights of files'

test('the key is 256 random bits, made once, and another lake’s is another', (t) => {
  const { folder, identity } = desk(t)
  const key = loginKey(identity)
  assert.equal(Buffer.from(key, 'base64url').length, 32)
  assert.equal(loginKey(identity), key)
  assert.equal(readFileSync(join(folder, LOGIN_KEY_FILE), 'utf8'), `${key}\n`)
  assert.notEqual(loginKey(desk(t).identity), key)
})

test('no log shows the key', (t) => {
  const key = loginKey(desk(t).identity)
  assert.equal(redaction.text(`signed with ${key}.`), 'signed with [redacted].')
})

test('its file is for its owner alone, and refused once others may read it', { skip: isWindows }, (t) => {
  const { folder, identity } = desk(t)
  const file = join(folder, LOGIN_KEY_FILE)
  const key = loginKey(identity)
  assert.equal(statSync(file).mode & 0o777, 0o600)
  for (const mode of [0o640, 0o604, 0o620]) {
    chmodSync(file, mode)
    assert.throws(() => loginKey(identity), saying('vault_key', /can be read by others/), mode.toString(8))
  }
  chmodSync(file, 0o600)
  assert.equal(loginKey(identity), key)
})

test('a file that holds no key is refused, and left as it is', (t) => {
  const { folder, identity } = desk(t)
  const file = join(folder, LOGIN_KEY_FILE)
  for (const text of ['', '\n', 'short']) {
    writeFileSync(file, text, { mode: 0o600 })
    assert.throws(() => loginKey(identity), saying('vault_key', /holds no key/), text)
    assert.equal(readFileSync(file, 'utf8'), text)
  }
})
