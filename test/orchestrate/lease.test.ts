import assert from 'node:assert/strict'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { sleep, systemClock as clock } from '../../src/clock.ts'
import { BlotterError } from '../../src/errors.ts'
import { acquireLease, leaseHolder } from '../../src/orchestrate/lease.ts'
import { isRunning, thisProcess } from '../../src/orchestrate/process-mark.ts'
import { showRun } from '../../src/orchestrate/run/runs.ts'
import { type LeaseRow, beatLease, readLease, writeLease } from '../../src/state/lease-row.ts'
import { openState, type State } from '../../src/state/state.ts'
import { testFolder } from '../state/folder.ts'
import { desk } from './desk.ts'
import { start } from './programs.ts'

function heldBy(state: State, holder: Partial<LeaseRow>): void {
  const since = '2026-11-23T06:00:00.000Z'
  writeLease(state.database, { token: 'theirs', run: 'r-theirs', ...thisProcess(), since, ...holder })
}

const locked =
  (words: RegExp) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof BlotterError && error.code === 'run_locked', String(error))
    assert.match(`${error.message} ${error.todo}`, words)
    return true
  }

test('a lease is had by one at a time, also within one process, and can be had again after its end', async (t) => {
  using state = openState(testFolder(t))
  const first = await acquireLease(state, { clock, run: 'r1' })
  const words = new RegExp(`r1, process ${process.pid} on ${hostname()}, has held it since \\d{4}-`)
  await assert.rejects(acquireLease(state, { clock, run: 'r2' }), locked(words))
  first.release()
  first.release()
  assert.equal(leaseHolder(state), undefined)
  const second = await acquireLease(state, { clock, run: 'r2' })
  assert.equal(leaseHolder(state)?.run, 'r2')
  second.release()
})

test('`using` gives the lease back when the work throws', async (t) => {
  using state = openState(testFolder(t))
  const work = async (): Promise<void> => {
    using _lease = await acquireLease(state, { clock })
    throw new Error('the work failed')
  }
  await assert.rejects(work(), /the work failed/)
  assert.equal(readLease(state.database), undefined)
})

test('a killed process loses the lease at once', async (t) => {
  const folder = testFolder(t)
  const holder = start(t, 'run.ts', folder, join(folder, 'log'), 'a')
  await holder.says('hanging')
  using state = openState(folder)
  await assert.rejects(acquireLease(state, { clock }), locked(new RegExp(`process ${holder.pid}`)))
  await holder.kill()
  const began = performance.now()
  const lease = await acquireLease(state, { clock })
  assert.ok(performance.now() - began < 500)
  lease.release()
})

test('a process that only has the number of the dead holder is not taken for it', async (t) => {
  using state = openState(testFolder(t))
  // This process lives and has the number; it was started at another moment.
  heldBy(state, { process_started: '1' })
  const began = performance.now()
  const lease = await acquireLease(state, { clock })
  assert.ok(performance.now() - began < 500)
  lease.release()
})

test('a holder on another host keeps the lease while its heart beats, whatever its clock says', async (t) => {
  using state = openState(testFolder(t))
  heldBy(state, { host: 'elsewhere', since: '1999-01-01T00:00:00.000Z' })
  const heart = setInterval(() => beatLease(state.database, 'theirs', '1999-01-01T00:00:00.000Z'), 100)
  t.after(() => clearInterval(heart))
  await assert.rejects(acquireLease(state, { clock, staleMs: 1000 }), locked(/on elsewhere/))
})

test('a holder on another host, or in another container, loses the lease when its heart stands still', async (t) => {
  for (const holder of [{ host: 'elsewhere' }, { process_space: 'another boot pid:[1]' }]) {
    using state = openState(testFolder(t))
    heldBy(state, { ...holder, heartbeat_at: '2999-01-01T00:00:00.000Z' })
    const began = performance.now()
    const lease = await acquireLease(state, { clock, staleMs: 400 })
    const tookMs = performance.now() - began
    assert.ok(tookMs >= 400 && tookMs < 3000, `${tookMs} ms`)
    lease.release()
  }
})

test('waiting for a silent holder can be broken off', async (t) => {
  using state = openState(testFolder(t))
  heldBy(state, { host: 'elsewhere' })
  const signal = AbortSignal.timeout(50)
  await assert.rejects(acquireLease(state, { clock, signal }), { name: 'TimeoutError' })
  assert.equal(readLease(state.database)?.token, 'theirs')
})

test('a holder says that it lives', async (t) => {
  using state = openState(testFolder(t))
  using _lease = await acquireLease(state, { clock, heartbeatMs: 20 })
  await sleep(200)
  assert.ok((readLease(state.database)?.beats ?? 0) >= 3)
})

test('who lost the lease is told, and stores nothing any more', async (t) => {
  const { state, begin, go } = await desk(t)
  const run = begin()
  const takeOver = async (): Promise<string> => (heldBy(state, { run }), 'done')
  const work = go(run, [
    { name: 'a', run: takeOver },
    { name: 'b', run: async () => 'b' },
  ])
  await assert.rejects(work, { code: 'lease_lost' })
  assert.deepEqual(
    showRun(state, run).steps.map((step) => step.state),
    ['running', 'queued'],
  )
})

test('a lost lease aborts what is under way', async (t) => {
  using state = openState(testFolder(t))
  const lease = await acquireLease(state, { clock, heartbeatMs: 20 })
  heldBy(state, {})
  await assert.rejects(sleep(5000, lease.lost), { code: 'lease_lost' })
  lease.release()
  assert.equal(readLease(state.database)?.token, 'theirs')
})

test('a process is known by its number and its start', () => {
  const mark = thisProcess()
  assert.equal(isRunning(mark), true)
  assert.equal(isRunning({ ...mark, process_started: '1' }), false)
  assert.equal(isRunning({ ...mark, pid: 2 ** 22 + 12_345 }), false)
  assert.equal(isRunning({ ...mark, host: 'elsewhere' }), undefined)
})
