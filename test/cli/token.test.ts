import assert from 'node:assert/strict'
import { test } from 'node:test'
import { blotter } from './fake-platform.ts'

test('a new token stands alone on its line, with how long it is good', async () => {
  const flags = ['--scope', 'catalog:read', '--scope', 'api,metrics', '--expires', '90d']
  const { exitCode, stdout, calls } = await blotter(['token', 'add', 'spark', ...flags])
  assert.equal(exitCode, 0)
  assert.equal(stdout.split('\n')[0], 'blotter_id_secret')
  assert.match(stdout, /until it is revoked.*shown this once/s)
  assert.deepEqual(calls.find(([name]) => name === 'tokenAdd')?.[1], {
    name: 'spark',
    scopes: ['catalog:read', 'api', 'metrics'],
    expiresInMs: 90 * 86_400_000,
  })
})

test('tokens are listed with what they may do, and never themselves', async () => {
  const { stdout } = await blotter(['token', 'list'])
  assert.match(stdout, /spark +active .* never .*catalog:read/)
  const json = JSON.parse((await blotter(['token', '--json'])).stdout) as { name: string }[]
  assert.deepEqual(
    json.map(({ name }) => name),
    ['spark'],
  )
})

test('a token is revoked by its name', async () => {
  const { stdout, calls } = await blotter(['token', 'revoke', 'spark'])
  assert.match(stdout, /spark is revoked/)
  assert.ok(calls.some(([name, arg]) => name === 'tokenRevoke' && arg === 'spark'))
})

test('a token without a scope, with an unknown one or for no time is refused before anything is made', async () => {
  for (const args of [
    [],
    ['--scope', 'root'],
    ['--scope', 'api', '--expires', 'soon'],
    ['--scope', 'api', '--expires', '0d'],
  ]) {
    const { exitCode, stderr, calls } = await blotter(['token', 'add', 'x', ...args])
    assert.equal(exitCode, 2, stderr)
    assert.ok(!calls.some(([name]) => name === 'tokenAdd'))
  }
})
