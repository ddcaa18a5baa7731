import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addressOfPages } from '../../../src/cli/show/address.ts'
import { loadConfig } from '../../../src/config.ts'

test('a link to the pages names a machine, whatever address is listened on', () => {
  const of = (env: Record<string, string>): string => addressOfPages(loadConfig({ env, cwd: '/nowhere', flags: {} }))
  assert.equal(of({}), 'http://localhost:7070')
  assert.equal(of({ BLOTTER_SERVER_HOST: '127.0.0.2' }), 'http://localhost:7070')
  assert.equal(of({ BLOTTER_SERVER_HOST: '0.0.0.0', BLOTTER_SERVER_PORT: '80' }), 'http://localhost')
  assert.equal(of({ BLOTTER_SERVER_HOST: '::' }), 'http://localhost:7070')
  assert.equal(of({ BLOTTER_SERVER_HOST: 'fd00::1' }), 'http://[fd00::1]:7070')
  assert.equal(
    of({ BLOTTER_SERVER_HOST: '0.0.0.0', BLOTTER_ALERTS_LINK: 'https://crimes.example.org/' }),
    'https://crimes.example.org',
  )
})
