import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BlotterError } from '../../../src/errors.ts'
import { DELETE_PATH_ID, DELETE_POS_ID } from '../../../src/lake/format/data-file.ts'
import { planScan } from '../../../src/lake/read/plan.ts'
import { snapshotOf } from '../../../src/lake/table.ts'
import { writePositionDeletes } from '../../../src/lake/write/write.ts'
import { smallLake } from '../small-lake.ts'

const FIRST = '2026-07-01T06:00:00Z'
const SECOND = '2026-07-02T06:00:00Z'
const THIRD = '2026-07-03T06:00:00Z'

test("a delete file states the whole path, in its data file's partition: else other readers lose it", async (t) => {
  const lake = await smallLake(t)
  const data = await lake.write(lake.table, FIRST, [1, 2, 3, 4])
  const table = await lake.stage(lake.table, FIRST, [data])
  const { add, remove, rows } = await lake.hide(table, SECOND, 'id IN (2, 4)')
  assert.deepEqual([add.length, remove.length, rows], [1, 0, 2])
  const file = add[0]!
  const path = Buffer.from(data.file_path)
  assert.ok(path.length > 16)
  for (const bounds of [file.lower_bounds, file.upper_bounds]) {
    assert.deepEqual(bounds?.find((bound) => bound.key === DELETE_PATH_ID)?.value, path)
  }
  assert.equal(file.lower_bounds?.find((bound) => bound.key === DELETE_POS_ID)?.value.readBigInt64LE(), 1n)
  assert.equal(file.upper_bounds?.find((bound) => bound.key === DELETE_POS_ID)?.value.readBigInt64LE(), 3n)
  assert.deepEqual(file.partition, { batch_at_day: Date.parse('2026-07-01') / 86_400_000 })
  assert.deepEqual([file.spec_id, file.referenced_data_file], [data.spec_id, data.file_path])
  assert.match(file.file_path, /\/data\/year=2026\/month=07\/day=02\/deletes-[0-9a-f-]{36}\.parquet$/)
  const stored = await lake.engine.rows(
    `SELECT * FROM read_parquet('${lake.storage.enginePath(file.file_path)}', hive_partitioning = false)`,
  )
  assert.deepEqual(stored, [
    { file_path: data.file_path, pos: 1n },
    { file_path: data.file_path, pos: 3n },
  ])
  const ids = await lake.engine.rows(
    `SELECT field_id FROM parquet_schema('${lake.storage.enginePath(file.file_path)}') WHERE field_id IS NOT NULL`,
  )
  assert.deepEqual(
    ids.map((row) => Number(row['field_id'])),
    [DELETE_PATH_ID, DELETE_POS_ID],
  )
})

test('a newer delete file takes in the older one, and a data file without rows leaves instead', async (t) => {
  const lake = await smallLake(t)
  const data = await lake.write(lake.table, FIRST, [1, 2, 3, 4])
  let table = await lake.stage(lake.table, FIRST, [data])
  const first = await lake.hide(table, SECOND, 'id = 2')
  table = await lake.stage(table, SECOND, first.add, first.remove)
  const second = await lake.hide(table, THIRD, 'id = 3')
  assert.deepEqual(
    second.remove.map((file) => file.file_path),
    first.add.map((file) => file.file_path),
  )
  assert.deepEqual([second.add[0]?.record_count, second.rows], [2, 1])
  table = await lake.stage(table, THIRD, second.add, second.remove)
  assert.deepEqual(await lake.ids(table), [1, 4])
  const last = await lake.hide(table, '2026-07-04T06:00:00Z', 'true')
  assert.deepEqual([last.add.length, last.remove.length, last.rows], [0, 2, 2])
  table = await lake.stage(table, '2026-07-04T06:00:00Z', last.add, last.remove)
  assert.deepEqual(await lake.ids(table), [])
  assert.deepEqual(await lake.ids(table, SECOND), [1, 3, 4])
})

test('rows that are hidden already change nothing, and a file of another table is refused', async (t) => {
  const lake = await smallLake(t)
  const data = await lake.write(lake.table, FIRST, [1, 2, 3])
  let table = await lake.stage(lake.table, FIRST, [data])
  const first = await lake.hide(table, SECOND, 'id = 2')
  table = await lake.stage(table, SECOND, first.add, first.remove)
  const scan = await planScan(lake.storage, table, snapshotOf(table))
  const request = { engine: lake.engine, storage: lake.storage, table, scan, batchAt: THIRD, label: 'deletes' }
  const again = await writePositionDeletes({ ...request, hidden: 'SELECT 0::BIGINT AS _file, 1::BIGINT AS _pos' })
  assert.deepEqual(again, { add: [], remove: [], rows: 0 })
  const foreign = writePositionDeletes({
    ...request,
    hidden: 'SELECT 7::BIGINT AS _file, 1::BIGINT AS _pos',
  })
  await assert.rejects(foreign, (error) => error instanceof BlotterError && error.code === 'internal')
})
