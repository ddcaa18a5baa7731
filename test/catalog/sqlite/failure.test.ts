import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sqliteError } from '../../../src/catalog/sqlite/failure.ts'

test('a disk that has no room for the memory which readers share is full, not broken', () => {
  const said = (errcode: number) =>
    sqliteError(Object.assign(new Error('disk I/O error'), { errcode }), '/lake/catalog.sqlite', 5000)
  assert.partialDeepStrictEqual(said(4874), { code: 'disk_full' })
  assert.partialDeepStrictEqual(said(10), { code: 'lake_unwritable' })
})
