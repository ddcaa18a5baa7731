import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock as clock } from '../../src/clock.ts'
import { BlotterError } from '../../src/errors.ts'
import { acquireLease } from '../../src/orchestrate/lease.ts'
import { type Upkeep, upkeepName } from '../../src/orchestrate/lease-holder.ts'
import { thisProcess } from '../../src/orchestrate/process-mark.ts'
import { writeLease } from '../../src/state/lease-row.ts'
import { endRun, insertRun } from '../../src/state/run-rows.ts'
import { openState, type State } from '../../src/state/state.ts'
import { testFolder } from '../state/folder.ts'

const RUN = '20261123T060000Z-x7k2'

/** What whoever wants the lake is told while this process holds it under a name. */
async function refusal(state: State, run: string | null): Promise<{ message: string; todo: string }> {
  writeLease(state.database, { token: 'theirs', run, ...thisProcess(), since: '2026-11-23T06:00:00.000Z' })
  const failure = await acquireLease(state, { clock }).catch((error: unknown) => error)
  assert.ok(failure instanceof BlotterError && failure.code === 'run_locked', String(failure))
  assert.match(failure.message, new RegExp(`process ${process.pid} on .*, has held it since 2026-11-23T06:00:00.000Z`))
  return failure
}

function recordRun(state: State, kind: string | null): void {
  const begun = { run: RUN, batch_at: '2026-11-23T06:00:00Z', kind, source: 'demo://chicago', options: {} }
  insertRun(state.database, { ...begun, started_at: '2026-11-23T06:00:00.000Z' })
}

for (const [kind, word] of [
  [null, 'run'],
  ['restore', 'restore'],
] as const) {
  test(`who is locked out by a ${word} is told how that one is interrupted, and how ended`, async (t) => {
    using state = openState(testFolder(t))
    recordRun(state, kind)
    const { message, todo } = await refusal(state, RUN)
    assert.ok(message.startsWith(`This lake is taken: the ${word} ${RUN}, `), message)
    assert.match(todo, new RegExp(`kill -INT ${process.pid}.*interrupts it; \`blotter runs terminate ${RUN}\` ends it`))
  })
}

for (const [upkeep, word] of [
  ['compact', 'compaction'],
  ['expire', 'expiry'],
  ['relocate', 'relocation'],
  ['lift', 'lifting of a restore'],
] as const satisfies readonly (readonly [Upkeep, string])[]) {
  test(`who is locked out by the ${word} is told to wait, and not to end a run that is none`, async (t) => {
    using state = openState(testFolder(t))
    const name = upkeepName(upkeep, clock)
    const { message, todo } = await refusal(state, name)
    assert.ok(message.startsWith(`This lake is taken: the ${word} ${name}, `), message)
    assert.match(todo, new RegExp(`^Wait for it.*kill -INT ${process.pid}.* gives it up, and every batch stays as it is`))
    assert.doesNotMatch(todo, /runs terminate/)
  })
}

test('who is locked out by a command that has no run yet is told of its process alone', async (t) => {
  using state = openState(testFolder(t))
  const { message, todo } = await refusal(state, null)
  assert.match(message, /taken: a command that has just begun, /)
  assert.doesNotMatch(todo, /runs terminate/)
})

test('a run that has ended and still holds the lake is not to be ended once more', async (t) => {
  using state = openState(testFolder(t))
  recordRun(state, null)
  endRun(state.database, RUN, { state: 'succeeded', ended_at: clock.now().toISOString(), seconds: 1 })
  const { message, todo } = await refusal(state, RUN)
  assert.match(message, new RegExp(`the run ${RUN} \\(succeeded\\), `))
  assert.doesNotMatch(todo, /runs terminate/)
})

test('who says so waits for upkeep, is told of it once, and then has the lake', async (t) => {
  using state = openState(testFolder(t))
  const upkeep = await acquireLease(state, { clock, run: upkeepName('compact', clock) })
  const told: string[] = []
  const onWait = (message: string): void => {
    told.push(message)
    // A look later, so that there is a second one at which nothing more is said.
    setTimeout(() => upkeep.release(), 400)
  }
  using lease = await acquireLease(state, { clock, run: RUN, onWait })
  lease.assertHeld()
  assert.equal(told.length, 1)
  assert.match(told[0]!, /^Waiting for the compaction compact-.*, process \d+ on .*, to be done with this lake\.$/)
})

test('nobody waits longer than for a while, and for a run nobody waits at all', async (t) => {
  using state = openState(testFolder(t))
  const told: string[] = []
  const options = { clock, waitMs: 0, onWait: (message: string) => void told.push(message) }
  using lease = await acquireLease(state, { clock, run: upkeepName('expire', clock) })
  await assert.rejects(acquireLease(state, { ...options, waitMs: 300 }), { code: 'run_locked' })
  assert.equal(told.length, 1)
  recordRun(state, null)
  lease.name(RUN)
  await assert.rejects(acquireLease(state, options), { code: 'run_locked' })
  assert.equal(told.length, 1)
})
