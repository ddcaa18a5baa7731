import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import {
  closeDeadlines,
  countOpenDeadlines,
  keepWatched,
  markMissed,
  openDeadline,
  readDeadline,
  watchedDeadlines,
} from '../../src/state/deadline-rows.ts'
import { insertRun } from '../../src/state/run-rows.ts'
import { openState, type State } from '../../src/state/state.ts'
import { deleteWatcher, readWatcher, writeWatcher } from '../../src/state/watcher-row.ts'
import { testFolder } from './folder.ts'

const AT = '2026-11-23T06:00:00.000Z'
const LATER = '2026-11-23T07:00:00.000Z'

function started(t: TestContext): State {
  const state = openState(testFolder(t))
  t.after(() => state.close())
  insertRun(state.database, { run: 'r', batch_at: 'b', kind: null, source: 'demo://x', options: {}, started_at: AT })
  openDeadline(state.database, { run: 'r', scope: 'run', limit_ms: 1000, started_at: AT })
  return state
}

test('a deadline that is open or missed goes on with its run, a closed one begins anew', (t) => {
  const { database } = started(t)
  const again = () => openDeadline(database, { run: 'r', scope: 'run', limit_ms: 2000, started_at: LATER })
  again()
  assert.deepEqual(
    [readDeadline(database, 'r', 'run')?.started_at, readDeadline(database, 'r', 'run')?.limit_ms],
    [AT, 1000],
  )
  markMissed(database, 'r', 'run')
  again()
  closeDeadlines(database, 'r', 'closed')
  assert.equal(readDeadline(database, 'r', 'run')?.state, 'missed')
  openDeadline(database, { run: 'r', scope: 'step land', limit_ms: 10, started_at: AT })
  assert.deepEqual([countOpenDeadlines(database), watchedDeadlines(database).length], [1, 2])
  closeDeadlines(database, 'r', 'closed')
  assert.deepEqual([countOpenDeadlines(database), watchedDeadlines(database).length], [0, 0])
  openDeadline(database, { run: 'r', scope: 'step land', limit_ms: 20, started_at: LATER })
  assert.deepEqual(
    { ...readDeadline(database, 'r', 'step land') },
    {
      run: 'r',
      scope: 'step land',
      limit_ms: 20,
      started_at: LATER,
      watched_ms: 0,
      state: 'open',
    },
  )
})

test('what was seen to go by is never taken back, and a limit of nothing is no limit', (t) => {
  const { database } = started(t)
  keepWatched(database, 'r', 'run', 700.4)
  keepWatched(database, 'r', 'run', 20)
  assert.equal(readDeadline(database, 'r', 'run')?.watched_ms, 700)
  assert.throws(() => openDeadline(database, { run: 'r', scope: 'x', limit_ms: 0, started_at: AT }))
})

test('one watcher is on record, until it leaves', (t) => {
  const { database } = started(t)
  assert.equal(readWatcher(database), undefined)
  writeWatcher(database, { pid: 1 }, AT)
  writeWatcher(database, { pid: 2 }, LATER)
  assert.deepEqual(readWatcher(database), { mark: { pid: 2 }, since: LATER })
  deleteWatcher(database)
  assert.equal(readWatcher(database), undefined)
})
