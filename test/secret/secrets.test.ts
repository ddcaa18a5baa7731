import assert from 'node:assert/strict'
import { test } from 'node:test'
import { redaction, REDACTED } from '../../src/log/redaction.ts'
import { openEnvironment } from '../../src/secret/env/store.ts'
import { openSecrets } from '../../src/secret/secrets.ts'
import type { SecretStore } from '../../src/secret/store.ts'

function environment(env: Record<string, string> = {}): SecretStore {
  return openEnvironment({ get: (name) => env[name], names: () => Object.keys(env), readFile: () => undefined })
}

function memory(values: Record<string, string>): SecretStore & { asked: number } {
  const staged: Record<string, string> = {}
  const store = {
    kind: 'vault' as const,
    asked: 0,
    read: async (name: string) => {
      store.asked++
      return values[name] === undefined ? undefined : { value: values[name] }
    },
    list: async () => Object.keys(values).map((name) => ({ name, changedAt: '2026-11-01T00:00:00.000Z' })),
    keeping: {
      write: async (name: string, value: string) => void (values[name] = value),
      stage: async (name: string, value: string) => void (staged[name] = value),
      staged: async (name: string) => staged[name],
      promote: async (name: string) => {
        if (staged[name] !== undefined) values[name] = staged[name]
        delete staged[name]
      },
    },
  }
  return store
}

test('the environment comes before the backend, whose own values are then neither read nor changed', async () => {
  const backend = memory({ mysql: 'of the vault', smtp: 'mail of the vault' })
  const secrets = openSecrets(environment({ BLOTTER_SECRET_MYSQL: 'of the environment' }), backend)
  assert.equal((await secrets.read('mysql')).value, 'of the environment')
  assert.equal((await secrets.read('smtp')).value, 'mail of the vault')
  await assert.rejects(secrets.keeping('mysql'), { code: 'usage', message: /BLOTTER_SECRET_MYSQL/ })
  assert.deepEqual(await secrets.list(), [
    { name: 'mysql', changedAt: null, from: 'env' },
    { name: 'smtp', changedAt: '2026-11-01T00:00:00.000Z', from: 'vault' },
  ])
})

test('a value is remembered until it is asked for anew, or changed', async () => {
  const values = { mysql: 'first value' }
  const backend = memory(values)
  const secrets = openSecrets(environment(), backend)
  assert.equal((await secrets.read('mysql')).value, 'first value')
  values.mysql = 'second value'
  assert.equal((await secrets.read('mysql')).value, 'first value')
  assert.equal(backend.asked, 1)
  assert.equal((await secrets.read('mysql', { renewed: true })).value, 'second value')
  const keeping = await secrets.keeping('mysql')
  await keeping.write('mysql', 'third value')
  assert.equal((await secrets.read('mysql')).value, 'third value')
  await keeping.stage('mysql', 'fourth value')
  await keeping.promote('mysql')
  assert.equal((await secrets.read('mysql')).value, 'fourth value')
})

test('a missing secret says where it was looked for and how to store it', async () => {
  const todo = /blotter secret set mysql-ro/
  await assert.rejects(openSecrets(environment()).read('mysql-ro'), {
    code: 'secret_missing',
    message: /BLOTTER_SECRET_MYSQL_RO/,
    todo,
  })
  await assert.rejects(openSecrets(environment(), memory({})).read('mysql-ro'), {
    code: 'secret_missing',
    message: /vault/,
    todo,
  })
})

test('the environment alone keeps nothing', async () => {
  await assert.rejects(openSecrets(environment()).keeping('mysql'), { code: 'usage', todo: /backend: vault/ })
})

test('whatever is read or kept is known to the redaction', async () => {
  const secrets = openSecrets(
    environment({ BLOTTER_SECRET_A: 'canary-from-a-variable' }),
    memory({ b: 'canary-from-the-vault' }),
  )
  await secrets.read('a')
  await secrets.read('b')
  const keeping = await secrets.keeping('c')
  await keeping.write('c', 'canary-that-was-written')
  await keeping.stage('c', 'canary-that-was-laid-aside')
  for (const value of ['from-a-variable', 'from-the-vault', 'that-was-written', 'that-was-laid-aside'])
    assert.equal(redaction.text(`x canary-${value} x`), `x ${REDACTED} x`)
})
