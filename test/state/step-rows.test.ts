import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { beatLease, deleteLease, nameLease, readLease, writeLease } from '../../src/state/lease-row.ts'
import { insertRun } from '../../src/state/run-rows.ts'
import { openState, type State } from '../../src/state/state.ts'
import {
  endAttempt,
  endOrphanedAttempts,
  endStep,
  queueStep,
  readAttempts,
  readSteps,
  startAttempt,
} from '../../src/state/step-rows.ts'

const AT = '2026-02-01T06:00:00.000Z'

async function withState(work: (state: State) => void): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'blotter-rows-'))
  try {
    using state = openState(folder)
    insertRun(state.database, { run: 'r', batch_at: AT, kind: null, source: 'demo://x', options: {}, started_at: AT })
    work(state)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

test('attempts are numbered on, failed ones stay, and a step keeps its output and adds up its seconds', () =>
  withState(({ database }) => {
    queueStep(database, 'r', { name: 'extract', position: 0 })
    const error = { code: 'source_lost', message: 'gone', todo: 'again', context: {} } as const
    assert.equal(startAttempt(database, 'r', 'extract', AT), 1)
    endAttempt(database, 'r', 'extract', { number: 1, state: 'failed', at: AT, error })
    assert.equal(startAttempt(database, 'r', 'extract', AT), 2)
    endAttempt(database, 'r', 'extract', { number: 2, state: 'succeeded', at: AT })
    endStep(database, 'r', 'extract', { state: 'succeeded', at: AT, seconds: 1.25, output: '{"rows":3}' })
    const [step] = readSteps(database, 'r')
    assert.deepEqual([step!.state, step!.attempts, step!.seconds, step!.output], ['succeeded', 2, 1.25, { rows: 3 }])
    assert.deepEqual(
      readAttempts(database, 'r').map(({ attempt, state, error: told }) => [attempt, state, told?.code ?? null]),
      [
        [1, 'failed', 'source_lost'],
        [2, 'succeeded', null],
      ],
    )
    startAttempt(database, 'r', 'extract', AT)
    assert.equal(endOrphanedAttempts(database, 'r', error), 1)
    assert.equal(readAttempts(database, 'r').at(-1)!.state, 'terminated')
  }))

test('a lease is one row: who holds another token can neither beat nor name nor give it back', () =>
  withState(({ database }) => {
    assert.equal(readLease(database), undefined)
    const process = { pid: 1, host: 'here', process_space: 'boot', process_started: 'then' }
    writeLease(database, { token: 'mine', run: null, since: AT, ...process })
    assert.equal(readLease(database)?.token, 'mine')
    assert.deepEqual(
      [beatLease(database, 'other', AT), nameLease(database, 'other', 'r'), deleteLease(database, 'other')],
      [false, false, false],
    )
    assert.equal(nameLease(database, 'mine', 'r'), true)
    const beats = readLease(database)!.beats
    assert.equal(beatLease(database, 'mine', AT), true)
    assert.equal(readLease(database)!.beats, beats + 1)
    assert.equal(deleteLease(database, 'mine'), true)
    assert.equal(readLease(database), undefined)
  }))
