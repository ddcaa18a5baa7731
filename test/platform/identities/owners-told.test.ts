import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { loadConfig } from '../../../src/config.ts'
import { ownersTold } from '../../../src/platform/identities/owners-told.ts'
import { dueDeliveries } from '../../../src/state/alert-rows.ts'
import { openIdentity } from '../../../src/state/identity/identity.ts'
import { addUser, resetFactors, setRole } from '../../../src/state/identity/users.ts'
import { openState } from '../../../src/state/state.ts'
import { testFolder } from '../../state/folder.ts'

const EMAIL = 'alerts: { email: { host: localhost, port: 2525, from: a@example.org, to: [team@example.org] } }\n'

function house(t: TestContext, yaml: string) {
  const folder = testFolder(t)
  const readFile = (path: string): string | undefined => (path.endsWith('blotter.yaml') ? yaml : undefined)
  const config = loadConfig({ env: {}, flags: {}, cwd: folder, readFile })
  const state = openState(config.state)
  let watched = 0
  const identity = openIdentity(config.state)
  identity.heard = ownersTold(identity, { config, state: () => state, watch: () => (watched += 1) })
  t.after(() => (state.close(), identity.close()))
  const { id } = addUser(identity, { email: 'desk@example.org', name: 'Desk', role: 'viewer', actor: 'test' })
  const waiting = () =>
    dueDeliveries(state.database, { now: '9999', limit: 9, isClaimed: () => false }).map(({ alert, channel }) => [
      alert,
      channel,
    ])
  return { identity, id, waiting, watched: () => watched }
}

test('the owner of an account is to be told by mail of what was done to it, and of nothing that failed', async (t) => {
  const { identity, id, waiting, watched } = house(t, EMAIL)
  resetFactors(identity, id, { actor: 'command line', password: false })
  await Promise.resolve()
  const alert = { event: 'account_changed', to: 'desk@example.org', change: 'factors_reset', by: 'command line', from: null }
  assert.deepEqual([waiting(), watched()], [[[alert, 'email']], 1])
  assert.throws(() => setRole(identity, 'nobody', 'admin', 'x'), { code: 'user_missing' })
  await Promise.resolve()
  assert.equal(waiting().length, 1)
})

test('where there is no mail nobody is told, and nothing waits', async (t) => {
  const { identity, id, waiting } = house(t, 'alerts: { webhook: secret://hook }\n')
  resetFactors(identity, id, { actor: 'command line', password: false })
  await Promise.resolve()
  assert.deepEqual(waiting(), [])
})
