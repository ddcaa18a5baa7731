import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import type { Clock } from '../../../src/clock.ts'
import { loadConfig } from '../../../src/config.ts'
import { BlotterError } from '../../../src/errors.ts'
import { silentLog } from '../../../src/log.ts'
import type { Alert } from '../../../src/model/alert.ts'
import { GIVE_UP_MS } from '../../../src/orchestrate/watch/deliver.ts'
import { raiseAlert } from '../../../src/orchestrate/watch/raise.ts'
import { openAlerts, wishesOf } from '../../../src/platform/alerting/alerting.ts'
import { examineAlerts } from '../../../src/platform/alerting/checks.ts'
import { keepWatched } from '../../../src/platform/alerting/watcher.ts'
import { rotatingTold } from '../../../src/platform/alerting/rotation-alerts.ts'
import { openSecretParts } from '../../../src/platform/secrets/secrets.ts'
import { openEnvironment } from '../../../src/secret/env/store.ts'
import { openAwsSecrets } from '../../../src/secret/aws/store.ts'
import { openVault } from '../../../src/secret/vault/store.ts'
import { openState } from '../../../src/state/state.ts'
import { startMute } from '../../services/mail.ts'
import { testFolder } from '../../state/folder.ts'

const NOW = new Date('2026-11-23T06:00:00.000Z')
const clock: Clock = { now: () => NOW }
const ROTATED: Alert = { event: 'secret_rotated', secret: 'mysql', by: 'hand', nextAt: null }
const GO = new AbortController().signal

async function place(t: TestContext, more = '') {
  const folder = testFolder(t)
  const closed = await startMute()
  await closed[Symbol.asyncDispose]()
  writeFileSync(
    join(folder, 'blotter.yaml'),
    `alerts: { email: { host: localhost, port: ${closed.port}, from: a@example.org, to: [b@example.org] } }\n${more}`,
  )
  const config = loadConfig({ env: {}, flags: {}, cwd: folder })
  mkdirSync(config.lake, { recursive: true })
  const state = openState(config.state, { clock })
  t.after(() => state.close())
  const raise = (): boolean => raiseAlert(state.database, { subject: 'mysql', occasion: 'once' }, ROTATED, NOW, ['email'])
  return { folder, config, state, raise }
}

describe('What doctor says of alerts', () => {
  it('is that nobody is told where no channel is configured, which fails a test that was asked for', async (t) => {
    const config = loadConfig({ env: {}, flags: {}, cwd: testFolder(t) })
    const [check] = await examineAlerts(config, undefined, { clock })
    assert.deepEqual([check?.state, /no channel/.test(check?.message ?? '')], ['skipped', true])
    assert.equal((await examineAlerts(config, undefined, { clock, sendTest: true }))[0]?.state, 'fail')
  })

  it('is where they go, that a test could not be sent and why, what waits and what was given up', async (t) => {
    const { config, state, raise } = await place(t, 'sla: { freshness: 26h }\n')
    raise()
    const [where, tested, unwatched, waiting] = await examineAlerts(config, state, { clock, sendTest: true })
    assert.deepEqual([where?.state, tested?.state, unwatched?.state, waiting?.state], ['ok', 'fail', 'warn', 'warn'])
    assert.match(tested!.message, /localhost:\d+ could not be talked to.*ECONNREFUSED/)
    assert.match(unwatched!.fix!, /alerts watch --stay/)
    assert.match(waiting!.message, /1 wait to be sent, the last secret_rotated .* not tried yet/)
    const later: Clock = { now: () => new Date(NOW.getTime() + GIVE_UP_MS) }
    using alerts = openAlerts(config, silentLog, later)
    const { sent, failed } = await alerts.send(GO)
    assert.deepEqual([sent, failed[0]?.error.code], [0, 'alert_unreachable'])
    const given = (await examineAlerts(config, state, { clock: later })).at(-1)
    assert.equal(given?.state, 'fail')
    assert.match(given!.message, /1 given up after a day, the last secret_rotated .*ECONNREFUSED/)
    assert.deepEqual(
      (await alerts.list()).map((row) => [row.state, row.attempts]),
      [['given_up', 1]],
    )
  })
})

describe('Alerts of a lake', () => {
  it('are none where there is no lake, and nothing is made by looking', async (t) => {
    const config = loadConfig({ env: {}, flags: {}, cwd: testFolder(t) })
    using alerts = openAlerts(config, silentLog, clock)
    assert.deepEqual(await alerts.list(), [])
    assert.deepEqual(await alerts.send(GO), { sent: 0, failed: [] })
    assert.equal(await alerts.watch({ stay: true, signal: GO }), 'done')
    assert.deepEqual(wishesOf(config).channels, [])
  })

  it('are all sent on request, by a webhook too, however many wait', async (t) => {
    const events: unknown[] = []
    const hook = createServer(async (request, response) => {
      events.push((JSON.parse((await request.toArray()).join('')) as { event: string }).event)
      response.end('ok')
    })
    await new Promise<void>((resolve) => void hook.listen(0, '127.0.0.1', resolve))
    t.after(() => hook.close())
    const { port } = hook.address() as { port: number }
    const env = { BLOTTER_ALERTS_WEBHOOK: `http://127.0.0.1:${port}/services/canary` }
    const config = loadConfig({ env, flags: {}, cwd: testFolder(t) })
    const state = openState(config.state, { clock })
    t.after(() => state.close())
    for (let n = 0; n < 60; n++)
      raiseAlert(state.database, { subject: `s${n}`, occasion: '' }, ROTATED, NOW, wishesOf(config).channels)
    using alerts = openAlerts(config, silentLog, clock)
    assert.deepEqual(await alerts.send(GO), { sent: 60, failed: [] })
    assert.deepEqual([events.length, events[0]], [60, 'secret_rotated'])
  })

  it('are watched beside a server by a process of its own, which ends with the signal', async (t) => {
    const { config, state } = await place(t)
    const stop = new AbortController()
    const kept = keepWatched(config, silentLog, stop.signal)
    const watcher = (): number | undefined =>
      state.database.get<{ pid: number }>(`SELECT mark ->> 'pid' AS pid FROM watcher`)?.pid
    while (watcher() === undefined) await new Promise((resolve) => setTimeout(resolve, 50))
    const pid = Number(watcher())
    assert.notEqual(pid, process.pid)
    stop.abort()
    await kept
    assert.throws(() => process.kill(pid, 0))
    assert.equal(watcher(), undefined)
  })
})

describe('A rotation by hand', () => {
  it('that fails is told of as one that was due, with the step; what is mistyped is not', async (t) => {
    const url = 'mysql://reader@127.0.0.1:1/city?table=crimes'
    const source = `source: { url: "${url}", password: secret://mysql, rotation: {} }\nsecrets: { backend: vault }\n`
    const { config, state } = await place(t, source)
    const secrets = openSecretParts(config, clock, { openEnvironment, openVault, openAwsSecrets })
    t.after(() => secrets[Symbol.dispose]())
    await (await secrets.secrets().keeping('mysql')).write('mysql', 'first password')
    const fails = async (): Promise<never> => {
      throw new BlotterError('source_unreachable', 'The server is down.', { todo: 'Start it.' })
    }
    const openAccounts = () => ({ set: fails, test: fails })
    const verbs = rotatingTold({ secrets, config: secrets.config, clock, log: silentLog, openAccounts }, () => state)
    await assert.rejects(verbs.secretRotate('other'), { code: 'usage' })
    const facts = (): Alert[] =>
      state.database.all<{ facts: string }>('SELECT facts FROM alerts').map((row) => JSON.parse(row.facts) as Alert)
    assert.deepEqual(facts(), [])
    await assert.rejects(verbs.secretRotate('mysql'), { code: 'rotation_failed' })
    const [alert, ...others] = facts()
    assert.ok(alert?.event === 'rotation_failed' && others.length === 0)
    assert.deepEqual([alert.secret, alert.step, alert.error.code], ['mysql', 'set', 'rotation_failed'])
    assert.match(alert.error.message, /The server is down\. The account in use stays as it was/)
  })
})
