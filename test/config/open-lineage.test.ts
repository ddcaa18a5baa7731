import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadConfig } from '../../src/config.ts'

const load = (env: Record<string, string>, files: Record<string, string> = {}) =>
  loadConfig({ env, flags: {}, cwd: '/city', readFile: (path) => files[path] }).openLineage

test('without OpenLineage’s variables events stay in the lake, under the namespace blotter', () => {
  assert.deepEqual(load({}), { namespace: 'blotter', url: undefined, apiKey: undefined })
  assert.deepEqual(load({ OPENLINEAGE_URL: '', OPENLINEAGE_NAMESPACE: '' }), load({}))
})

test('OpenLineage’s variables say where events go, the key also by a file', async () => {
  const given = load({
    OPENLINEAGE_URL: 'https://lineage.example.org/team',
    OPENLINEAGE_NAMESPACE: 'police',
    OPENLINEAGE_API_KEY: 'key',
  })
  assert.deepEqual([given.url, given.namespace], ['https://lineage.example.org/team', 'police'])
  assert.equal(await given.apiKey?.(), 'key')
  const filed = load(
    { OPENLINEAGE_URL: 'http://localhost:5000', OPENLINEAGE_API_KEY_FILE: '/run/key' },
    { '/run/key': 'filed\n' },
  )
  assert.equal(await filed.apiKey?.(), 'filed')
})

test('a URL that would show a credential, or is none, is refused without being shown', () => {
  for (const url of [
    'https://user:canary@host',
    'https://canary@host',
    'https://host?key=canary',
    'ftp://canary',
    'canary',
  ]) {
    assert.throws(
      () => load({ OPENLINEAGE_URL: url }),
      (error: Error & { code?: string; todo?: string }) => {
        assert.equal(error.code, 'config_invalid')
        assert.doesNotMatch(`${error.message} ${error.todo}`, /canary/)
        return true
      },
    )
  }
})
