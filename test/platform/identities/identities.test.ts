import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '../../../src/clock.ts'
import { loadConfig } from '../../../src/config.ts'
import { silentLog } from '../../../src/log.ts'
import { identities } from '../../../src/platform/identities/identities.ts'
import { addUser } from '../../../src/state/identity/users.ts'
import { testFolder } from '../../state/folder.ts'

test('each act is a line of the log as well, and words of the pipeline are words of the place', (t) => {
  const config = loadConfig({ env: {}, flags: {}, cwd: testFolder(t) })
  const lines: unknown[] = []
  const log = { ...silentLog, info: (fields: object, message: string) => void lines.push({ ...fields, message }) }
  const state = () => assert.fail('nobody is to be told')
  const known = identities({ config, clock: systemClock, pipeline: { name: 'quorfield-crimes' }, state }, log)
  t.after(() => known.close())
  assert.equal(known.existing(), undefined)
  addUser(known.open(), { email: 'desk@example.org', name: 'Desk', role: 'viewer', actor: 'command line' })
  const told = { actor: 'command line', act: 'user_added', subject: 'desk@example.org', details: { role: 'viewer' } }
  assert.deepEqual(lines, [{ ...told, message: 'act' }])
  assert.deepEqual(known.existing()?.words, ['quorfield-crimes'])
})
