import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sqliteError } from '../../../src/catalog/sqlite/failure.ts'
import { BlotterError } from '../../../src/errors.ts'

test('a disk that has no room for the memory which readers share is full, not broken', () => {
  const code = (errcode: number): string => {
    const error = sqliteError(Object.assign(new Error('disk I/O error'), { errcode }), '/lake/catalog.sqlite', 5000)
    return error instanceof BlotterError ? error.code : 'none'
  }
  assert.deepEqual([code(4874), code(10)], ['disk_full', 'lake_unwritable'])
})
