import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BlotterError } from '../../src/errors.ts'
import { databaseError } from '../../src/state/database-error.ts'

test('a disk that has no room for the memory which readers share is full, not broken', () => {
  const code = (errcode: number): string => {
    const error = databaseError(Object.assign(new Error('disk I/O error'), { errcode }), '/lake/state.sqlite')
    return error instanceof BlotterError ? error.code : 'none'
  }
  assert.deepEqual([code(4874), code(10)], ['disk_full', 'lake_unwritable'])
})
