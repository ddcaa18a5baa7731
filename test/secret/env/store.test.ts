import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openEnvironment } from '../../../src/secret/env/store.ts'
import type { Variables } from '../../../src/model/configuration.ts'

function variables(env: Record<string, string>, files: Record<string, string> = {}): Variables {
  return { get: (name) => env[name], names: () => Object.keys(env), readFile: (path) => files[path] }
}

test('a secret is its variable, or the file that the variable with _FILE names, less its last line break', async () => {
  const env = { BLOTTER_SECRET_MYSQL: 'in the open', BLOTTER_SECRET_SMTP_FILE: '/run/smtp', BLOTTER_SECRET_RO_USER: '' }
  const store = openEnvironment(variables(env, { '/run/smtp': 'two\nlines\r\n' }))
  assert.deepEqual(await store.read('mysql'), { value: 'in the open' })
  assert.deepEqual(await store.read('smtp'), { value: 'two\nlines' })
  assert.equal(await store.read('ro-user'), undefined)
  assert.equal(await store.read('nobody'), undefined)
  assert.equal(store.keeping, undefined)
})

test('a file that is not there is an error that names variable and file', async () => {
  const store = openEnvironment(variables({ BLOTTER_SECRET_MYSQL_FILE: '/run/gone' }))
  await assert.rejects(store.read('mysql'), { code: 'config_invalid', message: /BLOTTER_SECRET_MYSQL_FILE.*\/run\/gone/ })
})

test('the list has each secret once, whichever way it is given', async () => {
  const env = { BLOTTER_SECRET_B: 'b', BLOTTER_SECRET_B_FILE: '/b', BLOTTER_SECRET_A_FILE: '/a', BLOTTER_LAKE: 'x' }
  const list = await openEnvironment(variables(env)).list()
  assert.deepEqual(list, [
    { name: 'a', changedAt: null },
    { name: 'b', changedAt: null },
  ])
})
