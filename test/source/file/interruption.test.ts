import assert from 'node:assert/strict'
import { test } from 'node:test'
import { interrupted } from '../../../src/errors.ts'
import { endIfAborted } from '../../../src/source/file/interruption.ts'

test('an aborted signal is an interruption, unless its reason says more', () => {
  endIfAborted(new AbortController().signal)
  assert.throws(() => endIfAborted(AbortSignal.abort()), { code: 'interrupted' })
  const reason = interrupted()
  assert.throws(
    () => endIfAborted(AbortSignal.abort(reason)),
    (error) => error === reason,
  )
})
