import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { messageOf } from '../../../src/alert/message.ts'
import { deliverDue, type Delivery, GIVE_UP_MS } from '../../../src/orchestrate/watch/deliver.ts'
import { raiseAlert } from '../../../src/orchestrate/watch/raise.ts'
import { thisProcess } from '../../../src/orchestrate/process-mark.ts'
import { claimDelivery, dueDeliveries, makeAllDue, nextDelivery, readDeliveries } from '../../../src/state/alert-rows.ts'
import { openState } from '../../../src/state/state.ts'
import { testFolder } from '../../state/folder.ts'
import { handClock, notingChannel, ROTATED } from '../alert-desk.ts'

const GO = new AbortController().signal

function outbox(t: TestContext, channels = [notingChannel()]) {
  const state = openState(testFolder(t))
  t.after(() => state.close())
  const clock = handClock()
  const delivery: Delivery = {
    state,
    channels,
    clock,
    random: () => 1,
    messageOf: (alert) => messageOf(alert, { lake: '/lake', link: undefined }),
  }
  const names = channels.map(({ name }) => name)
  const raise = (subject: string): boolean =>
    raiseAlert(state.database, { subject, occasion: 'once' }, ROTATED, clock.now(), names)
  const states = (): string[] => readDeliveries(state.database, 100).map((row) => row.state)
  return { state, clock, delivery, channels, raise, states, deliver: () => deliverDue(delivery, GO) }
}

describe('The outbox', () => {
  it('keeps one alert however often it is raised, and sends it once by each channel', async (t) => {
    const { raise, deliver, channels, states } = outbox(t, [notingChannel('email'), notingChannel('webhook')])
    assert.deepEqual([raise('a'), raise('a'), raise('b')], [true, false, true])
    assert.equal((await deliver()).sent, 4)
    assert.equal((await deliver()).sent, 0)
    assert.deepEqual(
      channels.map(({ sent }) => sent.length),
      [2, 2],
    )
    assert.deepEqual([...new Set(states())], ['sent'])
    assert.equal(raise('a'), false)
  })

  it('tries again with growing pauses for a day, then gives up and says why', async (t) => {
    const {
      raise,
      deliver,
      channels: [channel],
      clock,
      states,
      state,
    } = outbox(t)
    channel!.fails = true
    raise('a')
    const pauses: number[] = []
    for (;;) {
      const { failed } = await deliver()
      if (states()[0] === 'given_up') break
      assert.deepEqual([failed.length, states()[0]], [1, 'waiting'])
      const pause = Date.parse(nextDelivery(state.database, clock.now().toISOString())!) - clock.now().getTime()
      pauses.push(pause)
      clock.pass(pause - 1)
      assert.equal((await deliver()).failed.length, 0)
      clock.pass(1)
    }
    assert.deepEqual(pauses.slice(0, 4), [2000, 4000, 8000, 16_000])
    assert.equal(Math.max(...pauses), 3_600_000)
    const lasted = pauses.reduce((sum, pause) => sum + pause, 0)
    assert.ok(lasted >= GIVE_UP_MS && lasted < GIVE_UP_MS + 3_600_000)
    assert.ok(channel!.tried < 40, `${channel!.tried} tries`)
    const [row] = readDeliveries(state.database, 1)
    assert.match(row!.problem!, /is down/)
    channel!.fails = false
    clock.pass(GIVE_UP_MS)
    assert.equal((await deliver()).sent, 0)
  })

  it('sends after a failure as soon as it is asked to, and by one channel though another is down', async (t) => {
    const { raise, deliver, channels, clock, state } = outbox(t, [notingChannel('email'), notingChannel('webhook')])
    channels[0]!.fails = true
    raise('a')
    assert.deepEqual((await deliver()).sent, 1)
    channels[0]!.fails = false
    assert.equal((await deliver()).sent, 0)
    makeAllDue(state.database, clock.now().toISOString())
    assert.equal((await deliver()).sent, 1)
    assert.deepEqual(
      channels.map(({ sent }) => sent.length),
      [1, 1],
    )
  })

  it('waits for those alone that were put off while others got it', async (t) => {
    const channel = notingChannel()
    const { raise, deliver, states, state, clock } = outbox(t, [channel])
    channel.putOff = { 'oncall@example.org': 'oncall@example.org: 451 come again' }
    raise('a')
    const { sent, failed } = await deliver()
    assert.deepEqual([sent, failed.length, states()[0]], [0, 1, 'waiting'])
    assert.match(readDeliveries(state.database, 1)[0]!.problem!, /not for oncall@example\.org: 451/)
    channel.fails = true
    clock.pass(3000)
    assert.equal((await deliver()).failed.length, 1)
    Object.assign(channel, { fails: false, putOff: {} })
    clock.pass(5000)
    assert.equal((await deliver()).sent, 1)
    assert.deepEqual(
      channel.sent.map(({ only }) => only),
      [undefined, ['oncall@example.org']],
    )
    assert.equal(new Set(channel.sent.map(({ id }) => id)).size, 1)
  })

  it('does not wait for a time that a clock showed before it was set back', async (t) => {
    const { raise, deliver, clock, state } = outbox(t)
    raise('a')
    clock.pass(-30 * 86_400_000)
    assert.equal(nextDelivery(state.database, clock.now().toISOString()), clock.now().toISOString())
    assert.equal((await deliver()).sent, 1)
  })

  it('leaves alone what a living process sends, for two minutes, and takes at once what a dead one had', async (t) => {
    const { raise, deliver, clock, state } = outbox(t)
    raise('a')
    const [due] = dueDeliveries(state.database, { now: clock.now().toISOString(), limit: 1, isClaimed: () => false })
    const until = new Date(clock.now().getTime() + 120_000).toISOString()
    claimDelivery(state.database, due!, { ...thisProcess(), until })
    assert.equal((await deliver()).sent, 0)
    claimDelivery(state.database, due!, { ...thisProcess(), pid: 2 ** 22 + 1, until })
    assert.equal((await deliver()).sent, 1)
    raise('b')
    const [next] = dueDeliveries(state.database, { now: clock.now().toISOString(), limit: 1, isClaimed: () => false })
    claimDelivery(state.database, next!, { ...thisProcess(), until })
    clock.pass(120_001)
    assert.equal((await deliver()).sent, 1)
  })

  it('gives up after a day what waits for a channel that is gone', async (t) => {
    const { raise, delivery, clock, states } = outbox(t)
    raise('a')
    clock.pass(GIVE_UP_MS)
    await deliverDue({ ...delivery, channels: [] }, GO)
    assert.deepEqual(states(), ['given_up'])
  })

  it('is raised with what it tells of, or not at all', (t) => {
    const { state, raise, states } = outbox(t)
    assert.throws(() =>
      state.database.transaction(() => {
        raise('a')
        throw new TypeError('what it tells of could not be stored')
      }),
    )
    assert.deepEqual(states(), [])
    assert.equal(raiseAlert(state.database, { subject: 'a', occasion: '' }, ROTATED, new Date(0), []), false)
  })
})
