import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import type { Alert } from '../../../src/model/alert.ts'
import { acquireLease, type Lease } from '../../../src/orchestrate/lease.ts'
import { beginRun } from '../../../src/orchestrate/run/begin.ts'
import { type Lookout, lookout } from '../../../src/orchestrate/watch/look.ts'
import { openDeadlines, raiseRunEnd } from '../../../src/orchestrate/watch/raise.ts'
import { runSteps } from '../../../src/orchestrate/run/runner.ts'
import { BlotterError } from '../../../src/errors.ts'
import { openState, type State } from '../../../src/state/state.ts'
import { queueStep, startAttempt } from '../../../src/state/step-rows.ts'
import { endRun, startRun } from '../../../src/state/run-rows.ts'
import { testFolder } from '../../state/folder.ts'
import { handClock, type HandClock } from '../alert-desk.ts'

const WISHES = { channels: ['email'], digest: 'never', sla: { runMs: 60_000, stepsMs: { land: 20_000 } } } as const

interface Desk {
  state: State
  clock: HandClock
  lease: Lease
  begin(): string
  look(): void
  watcher(more?: Partial<Lookout>): () => void
  alerts(): Alert[]
}

async function desk(t: TestContext): Promise<Desk> {
  const state = openState(testFolder(t))
  const clock = handClock()
  const lease = await acquireLease(state, { clock })
  t.after(() => {
    lease.release()
    state.close()
  })
  const watcher = (more: Partial<Lookout> = {}): (() => void) =>
    lookout({ state, clock, channels: ['email'], monotonicMs: () => clock.now().getTime(), ...more })
  return {
    state,
    clock,
    lease,
    begin() {
      const { run } = beginRun(
        { batch_at: clock.now().toISOString(), kind: null, source: 'demo://city', options: {} },
        { state, lease, clock },
      )
      openDeadlines(state, run, WISHES, clock.now())
      startRun(state.database, run)
      for (const [position, name] of ['extract', 'land'].entries()) queueStep(state.database, run, { name, position })
      return run
    },
    look: watcher(),
    watcher,
    alerts: () =>
      state.database
        .all<{ facts: string }>('SELECT facts FROM alerts ORDER BY sequence')
        .map(({ facts }) => JSON.parse(facts) as Alert),
  }
}

const end = (desk: Desk, run: string, state: 'succeeded' | 'failed'): void =>
  raiseRunEnd(
    desk.state,
    run,
    { state, ...(state === 'failed' ? { error: new BlotterError('disk_full', 'Full.', { todo: 'Free it.' }) } : {}) },
    { wishes: WISHES, at: desk.clock.now(), report: () => null },
  )

describe('A watcher', () => {
  it('raises a miss once, and not again after a restart or a clock that was set back', async (t) => {
    const { begin, look, clock, alerts, watcher } = await desk(t)
    const run = begin()
    clock.pass(60_000)
    look()
    assert.deepEqual(alerts(), [])
    clock.pass(1)
    look()
    look()
    watcher()()
    clock.set('2026-11-23T05:00:00.000Z')
    watcher()()
    const [alert] = alerts()
    assert.equal(alerts().length, 1)
    assert.ok(alert?.event === 'deadline_missed' && alert.of === 'run')
    assert.deepEqual([alert.run.run, alert.limitMs, alert.elapsedMs, alert.process], [run, 60_000, 60_001, 'alive'])
  })

  it('sees a miss by its own clock while the wall clock stands before the start', async (t) => {
    const { begin, watcher, clock, alerts } = await desk(t)
    begin()
    let monotonic = 0
    const look = watcher({ monotonicMs: () => monotonic })
    look()
    clock.set('2026-11-22T00:00:00.000Z')
    monotonic = 61_000
    look()
    assert.equal(alerts().length, 1)
    const after = watcher({ monotonicMs: () => 0 })
    after()
    assert.equal(alerts().length, 1)
  })

  it('raises a miss of a step, and of a step that was over before anybody looked', async (t) => {
    const { begin, look, clock, alerts, state } = await desk(t)
    const run = begin()
    clock.pass(30_000)
    startAttempt(state.database, run, 'land', clock.now().toISOString())
    look()
    assert.deepEqual(alerts(), [])
    clock.pass(20_001)
    look()
    look()
    const [alert] = alerts()
    assert.ok(alerts().length === 1 && alert?.event === 'deadline_missed' && alert.of === 'step')
    assert.deepEqual([alert.step, alert.limitMs, alert.elapsedMs], ['land', 20_000, 20_001])
    assert.ok(alert.run.steps.some((step) => step.name === 'land' && step.seconds === 20.001))
  })

  it('says nothing of the deadline of a run that has failed', async (t) => {
    const it = await desk(t)
    const run = it.begin()
    it.clock.pass(30_000)
    end(it, run, 'failed')
    it.clock.pass(60_000)
    it.look()
    assert.deepEqual(
      it.alerts().map(({ event }) => event),
      ['run_failed'],
    )
  })

  it('tells of a run whose process is gone, once, and lets it be', async (t) => {
    const it = await desk(t)
    it.begin()
    it.lease.release()
    it.clock.pass(61_000)
    it.look()
    it.look()
    const [alert] = it.alerts()
    assert.ok(
      it.alerts().length === 1 && alert?.event === 'deadline_missed' && alert.of === 'run' && alert.process === 'gone',
    )
  })

  it('tells that a run recovered, once, whatever went wrong before', async (t) => {
    const it = await desk(t)
    const first = it.begin()
    end(it, first, 'failed')
    const second = it.begin()
    it.clock.pass(61_000)
    it.look()
    end(it, second, 'succeeded')
    end(it, it.begin(), 'succeeded')
    assert.deepEqual(
      it.alerts().map(({ event }) => event),
      ['run_failed', 'deadline_missed', 'recovered'],
    )
    const recovered = it.alerts()[2]
    assert.ok(recovered?.event === 'recovered')
    assert.deepEqual(
      recovered.troubles.map(({ event, run }) => [event, run]),
      [
        ['run_failed', first],
        ['deadline_missed', second],
      ],
    )
  })

  it('tells at its end of a run that was late while nobody watched', async (t) => {
    const it = await desk(t)
    const run = it.begin()
    it.clock.pass(61_000)
    end(it, run, 'succeeded')
    assert.deepEqual(
      it.alerts().map(({ event }) => event),
      ['deadline_missed', 'recovered'],
    )
  })

  it('warns before the deadline, once, and names the slow step', async (t) => {
    const { state, lease, clock, look, alerts } = await desk(t)
    for (let n = 0; n < 4; n++) {
      const { run } = beginRun(
        { batch_at: `b${n}`, kind: null, source: 'demo://city', options: {} },
        { state, lease, clock },
      )
      const steps = ['extract', 'land'].map((name) => ({ name, run: async () => null }))
      await runSteps({ state, lease, run, steps, context: {}, clock, signal: new AbortController().signal })
      state.database.run(`UPDATE steps SET seconds = iif(name = 'extract', 10, 40) WHERE run = ?`, run)
    }
    const { run } = beginRun({ batch_at: 'now', kind: null, source: 'demo://city', options: {} }, { state, lease, clock })
    openDeadlines(state, run, { ...WISHES, sla: { runMs: 60_000, stepsMs: {} } }, clock.now())
    startRun(state.database, run)
    for (const [position, name] of ['extract', 'land'].entries()) queueStep(state.database, run, { name, position })
    startAttempt(state.database, run, 'extract', clock.now().toISOString())
    look()
    clock.pass(12_000)
    look()
    assert.deepEqual(alerts(), [])
    clock.pass(13_000)
    look()
    look()
    const [alert] = alerts()
    assert.ok(alerts().length === 1 && alert?.event === 'deadline_forecast')
    assert.deepEqual(alert.slow, { step: 'extract', elapsedMs: 25_000, usualMs: 10_000 })
    assert.deepEqual([alert.expectedMs, alert.samples, alert.limitMs], [75_000, 4, 60_000])
  })

  it('that stays tells once of data that is too old, and of a run that the schedule had and nobody began', async (t) => {
    const { clock, watcher, alerts, lease } = await desk(t)
    lease.release()
    const due = new Date('2026-11-23T07:00:00.000Z')
    const look = watcher({ freshnessMs: 26 * 3_600_000, lastDue: (now) => (now >= due ? due : undefined) })
    look()
    clock.set('2026-11-23T07:05:00.000Z')
    look()
    assert.deepEqual(alerts(), [])
    clock.set('2026-11-23T07:05:03.000Z')
    look()
    clock.pass(60_000)
    look()
    assert.deepEqual(
      alerts().map((alert) => (alert.event === 'deadline_missed' ? alert.of : '')),
      ['start'],
    )
    clock.set('2026-11-24T08:00:03.000Z')
    look()
    clock.pass(60_000)
    look()
    assert.deepEqual(
      alerts().map((alert) => (alert.event === 'deadline_missed' ? alert.of : '')),
      ['start', 'freshness'],
    )
  })

  it('tells of both too where a run was made while the clock was ahead', async (t) => {
    const { begin, clock, watcher, alerts, lease, state } = await desk(t)
    clock.set('2027-11-23T06:00:00.000Z')
    const run = begin()
    endRun(state.database, run, { state: 'succeeded', ended_at: clock.now().toISOString(), seconds: 1 })
    lease.release()
    clock.set('2026-11-23T06:00:00.000Z')
    const due = new Date('2026-11-23T07:00:00.000Z')
    const look = watcher({ freshnessMs: 3_600_000, lastDue: () => due, monotonicMs: () => clock.now().getTime() })
    look()
    clock.set('2026-11-23T07:06:00.000Z')
    look()
    assert.deepEqual(
      alerts().map((alert) => (alert.event === 'deadline_missed' ? alert.of : '')),
      ['freshness', 'start'],
    )
  })
})
