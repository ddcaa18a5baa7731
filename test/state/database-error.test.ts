import assert from 'node:assert/strict'
import { test } from 'node:test'
import { databaseError } from '../../src/state/database-error.ts'

test('a disk that has no room for the memory which readers share is full, not broken', () => {
  const error = databaseError(Object.assign(new Error('disk I/O error'), { errcode: 4874 }), '/lake/state.sqlite')
  assert.partialDeepStrictEqual(error, { code: 'disk_full' })
  const broken = databaseError(Object.assign(new Error('disk I/O error'), { errcode: 10 }), '/lake/state.sqlite')
  assert.partialDeepStrictEqual(broken, { code: 'lake_unwritable' })
})
