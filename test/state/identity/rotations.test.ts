import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Clock } from '../../../src/clock.ts'
import { BlotterError } from '../../../src/errors.ts'
import { redaction } from '../../../src/log/redaction.ts'
import { listActs } from '../../../src/state/identity/audit.ts'
import { openIdentity } from '../../../src/state/identity/identity.ts'
import {
  listRotations,
  listRotationSteps,
  rotationJournal,
  secretPointer,
  type Worker,
} from '../../../src/state/identity/rotations.ts'
import { testFolder } from '../folder.ts'

const NEXT = { account: 'reader_clone', entry: 'mysql_clone' }
const MINE: Worker = { mark: 'mine', isAtWork: (mark) => mark === 'at work' }

function clockFrom(start: string): Clock {
  let ms = Date.parse(start)
  return { now: () => new Date((ms += 1000)) }
}

test('a pointer moves with the end of a rotation, which is then done, and the next one begins anew', (t) => {
  const identity = openIdentity(testFolder(t), clockFrom('2026-11-23T06:00:00.000Z'))
  t.after(identity.close)
  const journal = rotationJournal(identity, MINE)
  assert.equal(secretPointer(identity, 'mysql'), undefined)
  const first = journal.begin('mysql', NEXT, 'hand')
  assert.deepEqual(first, { rotation: 1, secret: 'mysql', ...NEXT, step: 'create' })
  journal.passed(first, 'create', 'set')
  assert.equal(secretPointer(identity, 'mysql'), undefined)
  const at = journal.finished(first)
  assert.deepEqual({ ...secretPointer(identity, 'mysql') }, { ...NEXT, rotated_at: at })
  assert.equal(journal.begin('mysql', { account: 'reader', entry: 'mysql' }, 'schedule').rotation, 2)
  const listed = listRotations(identity, 'mysql', 10).map((one) => `${one.rotation} ${one.state} by ${one.trigger}`)
  assert.deepEqual(listed, ['2 running by schedule', '1 succeeded by hand'])
  assert.deepEqual(
    listActs(identity, 5).map(({ act, subject }) => [act, subject]),
    [['secret_rotated', 'mysql']],
  )
})

test('one that was not finished goes on at its step, whoever had begun it', (t) => {
  const identity = openIdentity(testFolder(t), clockFrom('2026-11-23T06:00:00.000Z'))
  t.after(identity.close)
  const gone = rotationJournal(identity, { ...MINE, mark: 'gone' })
  gone.passed(gone.begin('mysql', NEXT, 'hand'), 'create', 'set')
  assert.equal(rotationJournal(identity, MINE).begin('mysql', NEXT, 'hand').step, 'set')
  const other = rotationJournal(identity, { ...MINE, mark: 'at work' }).begin('mysql', NEXT, 'hand')
  assert.equal(other.rotation, 1)
  assert.throws(() => rotationJournal(identity, MINE).begin('mysql', NEXT, 'hand'), { code: 'rotation_running' })
  // Another secret is another matter.
  assert.equal(rotationJournal(identity, MINE).begin('smtp', NEXT, 'hand').rotation, 2)
})

test('each step that was tried stays on record, and no credential with it', (t) => {
  const folder = testFolder(t)
  const identity = openIdentity(folder, clockFrom('2026-11-23T06:00:00.000Z'))
  t.after(identity.close)
  redaction.keep('canary-in-an-error')
  const journal = rotationJournal(identity, MINE)
  const rotation = journal.begin('mysql', NEXT, 'hand')
  journal.passed(rotation, 'create', 'set')
  const details = { todo: 'Wait.', context: { said: 'canary-in-an-error' } }
  const error = new BlotterError('rotation_failed', 'It said: canary-in-an-error.', details)
  journal.failed(rotation, 'set', 'set', error)
  const again = journal.begin('mysql', NEXT, 'hand')
  journal.passed(again, 'set', 'test')
  const steps = listRotationSteps(identity, rotation.rotation)
  assert.deepEqual(
    steps.map((one) => [one.step, one.state]),
    [
      ['create', 'succeeded'],
      ['set', 'failed'],
      ['set', 'succeeded'],
    ],
  )
  assert.equal(steps[1]?.error?.message, 'It said: [redacted].')
  identity.close()
  for (const name of readdirSync(folder)) assert.doesNotMatch(readFileSync(join(folder, name), 'latin1'), /canary/, name)
})
