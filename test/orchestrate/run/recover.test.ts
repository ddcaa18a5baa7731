import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sleep, systemClock as clock } from '../../../src/clock.ts'
import { BlotterError } from '../../../src/errors.ts'
import { interruptedRun, releaseRun, resumableRun, terminateRun } from '../../../src/orchestrate/run/recover.ts'
import { listRuns, showRun } from '../../../src/orchestrate/run/runs.ts'
import type { Step } from '../../../src/orchestrate/run/step.ts'
import { storeReport } from '../../../src/state/run-rows.ts'
import type { State } from '../../../src/state/state.ts'
import { readSteps } from '../../../src/state/step-rows.ts'
import { type Desk, desk, SOURCE } from '../desk.ts'

const heldRun = (state: State) => listRuns(state, { states: ['held'], limit: 1 })[0]

const guard: Step<object> = {
  name: 'check',
  run: async (_, { released }) => {
    if (released) return 'let pass'
    throw new BlotterError('run_held', '6 % of the incidents vanished.', { todo: 'Decide.', context: { guard: 'vanished' } })
  },
}
const fine: Step<object> = { name: 'extract', run: async () => 1 }
const after: Step<object> = { name: 'commit', run: async (_, { previous }) => previous }
const broken: Step<object> = {
  name: 'check',
  run: async () => Promise.reject(new BlotterError('source_refused', 'No.', { todo: 'Ask.' })),
}

async function brokenOff({ begin, go }: Desk): Promise<string> {
  const run = begin()
  const stop = new AbortController()
  await go(run, [{ name: 'extract', run: async () => stop.abort() }, after], { signal: stop.signal })
  return run
}

test('a guard holds the run: what was done stays, what comes waits, and people can read why', async (t) => {
  const { state, begin, go } = await desk(t)
  const run = begin()
  const result = await go(run, [fine, guard, after])
  assert.deepEqual([result.state, result.error?.code, result.error?.exitCode], ['held', 'run_held', 3])
  assert.deepEqual(
    result.steps.map((step) => step.state),
    ['succeeded', 'queued', 'queued'],
  )
  const held = { guard: 'vanished', step: 'check', message: '6 % of the incidents vanished.', todo: 'Decide.' }
  assert.deepEqual(heldRun(state)?.held, held)
  assert.equal(interruptedRun(state, SOURCE), undefined)
})

test('a release that is broken off before its run goes on is gone on with', async (t) => {
  const { state, lease, begin, go } = await desk(t)
  const run = begin()
  await go(run, [fine, guard, after])
  assert.equal(releaseRun(state, undefined, clock).run, run)
  assert.equal(heldRun(state), undefined)
  lease.release()
  assert.equal(interruptedRun(state, SOURCE)?.run, run)
})

test('a released run passes its guard and goes to its end, and steps done before are not done again', async (t) => {
  const { state, begin, go } = await desk(t)
  const run = begin()
  await go(run, [fine, guard, after])
  releaseRun(state, run, clock)
  const result = await go(run, [{ ...fine, run: async () => Promise.reject(new Error('again?')) }, guard, after])
  assert.deepEqual([result.state, result.outputs.commit], ['succeeded', { extract: 1, check: 'let pass' }])
  assert.deepEqual([showRun(state, run).released, showRun(state, run).held], [true, undefined])
})

test('only a held run can be released', async (t) => {
  const { state, begin, go } = await desk(t)
  assert.throws(() => releaseRun(state, undefined, clock), { code: 'run_missing' })
  assert.throws(() => releaseRun(state, 'nobody', clock), { code: 'run_missing' })
  const run = begin()
  await go(run, [fine])
  assert.throws(() => releaseRun(state, run, clock), { code: 'usage' })
})

test('one run at most waits for a decision: a later one that is held, or succeeds, ends the one before', async (t) => {
  const { state, begin, go } = await desk(t)
  const first = begin()
  await go(first, [guard])
  const second = begin()
  await go(second, [guard])
  assert.equal(heldRun(state)?.run, second)
  assert.deepEqual([showRun(state, first).state, showRun(state, first).error?.context.by], ['terminated', second])
  const failed = begin()
  await go(failed, [broken])
  assert.equal(heldRun(state)?.run, second, 'a failed one leaves it')
  await go(begin(), [fine])
  assert.equal(heldRun(state), undefined)
})

test('the interrupted run of a source is found by it, whatever its password, and not by another source', async (t) => {
  const at = await desk(t)
  const { state, lease } = at
  const run = await brokenOff(at)
  assert.equal(interruptedRun(state, SOURCE), undefined, 'while it is under way')
  lease.release()
  assert.equal(interruptedRun(state, SOURCE.replace('blotter@', 'blotter:secret@'))?.run, run)
  assert.equal(interruptedRun(state, 'file:/data/*.csv'), undefined)
})

test('an interrupted run is over once another has finished, and stays while another has only failed', async (t) => {
  const at = await desk(t)
  const { state, begin, go } = at
  const run = await brokenOff(at)
  await go(begin(), [broken])
  assert.equal(interruptedRun(state, SOURCE)?.run, run)
  await go(begin(), [fine])
  assert.equal(interruptedRun(state, SOURCE), undefined)
  assert.equal(showRun(state, run).state, 'terminated')
})

test('a failed run waits for `runs resume` and is refused once another has finished', async (t) => {
  const { state, lease, begin, go } = await desk(t)
  const run = begin()
  await go(run, [fine, broken])
  lease.release()
  assert.equal(interruptedRun(state, SOURCE), undefined)
  assert.equal(resumableRun(state).run, run)
})

test('what cannot be resumed is refused with the reason', async (t) => {
  const { state, begin, go } = await desk(t)
  assert.throws(() => resumableRun(state), { code: 'run_missing' })
  assert.throws(() => resumableRun(state, 'nobody'), { code: 'run_missing' })
  const failed = begin()
  await go(failed, [broken])
  const held = begin()
  await go(held, [guard])
  assert.throws(() => resumableRun(state, begin()), { code: 'run_locked' })
  assert.throws(() => resumableRun(state, held), { code: 'run_held' })
  const done = begin()
  await go(done, [fine])
  begin()
  assert.throws(() => resumableRun(state, done), { code: 'usage' })
  assert.throws(() => resumableRun(state, failed), { code: 'batch_older' })
})

test('a held, failed or interrupted run can be terminated for good, one that succeeded cannot', async (t) => {
  const at = await desk(t)
  const { state, lease, begin, go } = at
  const held = begin()
  await go(held, [fine, guard, after])
  const failed = begin()
  await go(failed, [broken])
  const interrupted = await brokenOff(at)
  const done = begin()
  lease.name('another')
  for (const run of [held, failed, interrupted]) {
    assert.equal(terminateRun(state, run, clock).outcome, 'terminated')
    assert.equal(terminateRun(state, run, clock).run.state, 'terminated', 'twice is as good as once')
    await assert.rejects(go(run, [fine]), { code: 'run_terminated' })
  }
  assert.deepEqual(
    showRun(state, held).steps.map((step) => step.state),
    ['succeeded', 'skipped', 'skipped'],
  )
  await go(done, [fine])
  assert.throws(() => terminateRun(state, done, clock), { code: 'usage' })
  assert.throws(() => terminateRun(state, 'nobody', clock), { code: 'run_missing' })
})

test('large outputs of earlier runs are forgotten once a run has succeeded, small ones are kept', async (t) => {
  const { state, begin, go } = await desk(t)
  const first = begin()
  const large: Step<object> = { name: 'large', run: async () => 'x'.repeat(100_000) }
  assert.deepEqual(Object.keys((await go(first, [fine, large])).outputs), ['extract', 'large'])
  await go(begin(), [fine])
  const kept = readSteps(state.database, first).map((step) => [step.name, step.output])
  assert.deepEqual(kept, [
    ['extract', 1],
    ['large', undefined],
  ])
})

test('runs are listed newest first with what they reported', async (t) => {
  const { state, begin, go } = await desk(t)
  const runs = [begin(), begin(), begin()]
  await go(runs[1] ?? '', [fine])
  storeReport(state.database, runs[1] ?? '', { rows: { read: 3 } }, 'full')
  assert.deepEqual(
    listRuns(state).map((run) => run.run),
    runs.toReversed(),
  )
  assert.deepEqual(listRuns(state, { limit: 1 }).length, 1)
  const [reported] = listRuns(state, { states: ['succeeded'] })
  assert.deepEqual([reported?.kind, reported?.report], ['full', { rows: { read: 3 } }])
  assert.throws(() => showRun(state, 'nobody'), { code: 'run_missing' })
})

test('a held run is ended at once, though its process still has the lease and would not notice a request', async (t) => {
  const { state, begin, go } = await desk(t)
  const run = begin()
  await go(run, [fine, guard, after])
  assert.deepEqual([terminateRun(state, run, clock).outcome, showRun(state, run).state], ['terminated', 'terminated'])
})

test('who asks for a run’s end after what cannot be taken back comes too late: it is carried to its end', async (t) => {
  const { state, begin, go } = await desk(t)
  const asking = (isPastReturn: boolean): Step<object> => ({
    name: 'publish',
    isPastReturn,
    run: async (_, { signal }) => {
      assert.equal(terminateRun(state, undefined, clock).outcome, 'requested')
      await sleep(1_500, signal)
      return 'told'
    },
  })
  const late = begin()
  assert.equal((await go(late, [fine, asking(true)])).state, 'succeeded')
  assert.equal(showRun(state, late).state, 'succeeded')
  const early = begin()
  assert.equal((await go(early, [fine, asking(false)])).state, 'terminated')
})
