import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DataFile } from '../../../src/lake/format/data-file.ts'
import { planScan } from '../../../src/lake/read/plan.ts'
import { scanSql } from '../../../src/lake/read/read.ts'
import { stageSnapshot } from '../../../src/lake/write/stage.ts'
import { snapshotOf, type Table } from '../../../src/lake/table.ts'
import { describeDataFile } from '../../../src/lake/write/write.ts'
import { SCHEMA, type SmallLake, smallLake } from '../small-lake.ts'

const FIRST = '2026-07-01T06:00:00Z'
const SECOND = '2026-07-02T06:00:00Z'

/** A delete file as other engines write them: for several data files, without a word about which. */
async function foreignDeletes(
  lake: SmallLake,
  rows: [path: string, pos: number][],
  like: Partial<DataFile>,
): Promise<DataFile> {
  const location = `file:${lake.folder}/foreign-${rows.length}.parquet`
  const values = rows.map(([path, pos]) => `('${path}', ${pos}::BIGINT)`).join(', ')
  const select = `SELECT * FROM (VALUES ${values}) AS v(file_path, pos)`
  const written = await lake.engine.writeParquet(select, lake.storage.enginePath(location))
  const described = describeDataFile(lake.table, written, { location, batchAt: FIRST })
  return { ...described, content: 1, lower_bounds: null, upper_bounds: null, ...like }
}

test('an empty table has the columns of its schema and no rows', async (t) => {
  const lake = await smallLake(t)
  const table = await lake.stage(lake.table, FIRST, [])
  const scan = await planScan(lake.storage, table, snapshotOf(table))
  const columns = await lake.engine.rows(`DESCRIBE ${scanSql(scan, { position: true })}`)
  assert.deepEqual(
    columns.map((column) => [column['column_name'], column['column_type']]),
    [
      ['id', 'BIGINT'],
      ['block', 'VARCHAR'],
      ['batch_at', 'TIMESTAMP WITH TIME ZONE'],
      ['_file', 'BIGINT'],
      ['_pos', 'BIGINT'],
    ],
  )
  assert.deepEqual(await lake.ids(table), [])
  assert.deepEqual((await planScan(lake.storage, lake.table, undefined)).files, [])
})

test('delete files of others hide what they name, in any spelling, but only in their own partition', async (t) => {
  const lake = await smallLake(t)
  const [one, two, other] = [
    await lake.write(lake.table, FIRST, [1, 2, 3]),
    await lake.write(lake.table, FIRST, [4, 5, 6]),
    await lake.write(lake.table, SECOND, [7, 8, 9]),
  ]
  let table: Table = await lake.stage(lake.table, FIRST, [one, two, other])
  const ours = await lake.hide(table, FIRST, 'id = 1')
  const rows: [string, number][] = [
    [one.file_path.replace('file:///', 'file:/'), 1],
    [two.file_path.replace('file://', ''), 0],
    [other.file_path, 0],
  ]
  const foreign = await foreignDeletes(lake, rows, { partition: one.partition })
  table = await lake.stage(table, SECOND, [...ours.add, foreign])
  assert.deepEqual(await lake.ids(table), [3, 5, 6, 7, 8, 9], 'row 7 is of another partition: Spark and Trino keep it too')
  const scan = await planScan(lake.storage, table, snapshotOf(table))
  assert.equal(scan.rowsExact, false)
  const more = await lake.hide(table, '2026-07-03T06:00:00Z', 'id IN (3, 5)')
  table = await lake.stage(table, '2026-07-03T06:00:00Z', more.add, more.remove)
  assert.deepEqual(await lake.ids(table), [6, 7, 8, 9])
  assert.deepEqual(await lake.ids(table, FIRST), [1, 2, 3, 4, 5, 6, 7, 8, 9])
})

test('bounds cut to 16 bytes lose no deletes here', async (t) => {
  const lake = await smallLake(t)
  const data = await lake.write(lake.table, FIRST, [1, 2, 3])
  const cut = [{ key: 2_147_483_546, value: Buffer.from(data.file_path.slice(0, 16)) }]
  const deletes = await foreignDeletes(lake, [[data.file_path, 0]], {
    partition: data.partition,
    lower_bounds: cut,
    upper_bounds: cut,
  })
  const table = await lake.stage(await lake.stage(lake.table, FIRST, [data]), SECOND, [deletes])
  assert.deepEqual(await lake.ids(table), [2, 3])
})

test('positions name the file by its place in the scan and survive deletes before them', async (t) => {
  const lake = await smallLake(t)
  const data = await lake.write(lake.table, FIRST, [10, 20, 30])
  let table = await lake.stage(lake.table, FIRST, [{ ...data, file_path: data.file_path.replace('file:///', 'file:/') }])
  const { add } = await lake.hide(table, SECOND, 'id = 10')
  table = await lake.stage(table, SECOND, add)
  const scan = await planScan(lake.storage, table, snapshotOf(table))
  const rows = await lake.engine.rows(`${scanSql(scan, { columns: ['id'], position: true })} ORDER BY id`)
  assert.deepEqual(rows, [
    { id: 20n, _file: 0n, _pos: 1n },
    { id: 30n, _file: 0n, _pos: 2n },
  ])
  assert.deepEqual(await lake.engine.rows(scanSql(scan, { columns: [], position: true })), [
    { _file: 0n, _pos: 1n },
    { _file: 0n, _pos: 2n },
  ])
})

test('large files with deletes are read one by one, small ones together, and no row is told of wrongly', async (t) => {
  const lake = await smallLake(t)
  const [one, two, three, four] = await Promise.all(
    [[1, 2, 3], [4, 5, 6], [7, 8, 9], [10, 11]].map((ids) => lake.write(lake.table, FIRST, ids)),
  )
  let table = await lake.stage(lake.table, FIRST, [one!, two!, three!, four!])
  const { add, remove } = await lake.hide(table, SECOND, 'id IN (2, 4, 9)')
  table = await lake.stage(table, SECOND, add, remove)
  const scan = await planScan(lake.storage, table, snapshotOf(table))
  // As if the first and second had many rows: the number only says how to read.
  const large = new Set([one!.file_path, two!.file_path])
  const files = scan.files.map((file) =>
    large.has(file.file.file_path) ? { ...file, file: { ...file.file, record_count: 600_000 } } : file,
  )
  // A delete file that may speak of others hides what it names in this file only.
  const wide = files.map((file) => ({ ...file, deletes: file.deletes.map((hiding) => ({ ...hiding, exclusive: false })) }))
  const select = (some: typeof files): string => `${scanSql({ ...scan, files: some }, { columns: ['id'], position: true })} ORDER BY id`
  const rows = await lake.engine.rows(select(scan.files as typeof files))
  assert.deepEqual(rows.map((row) => Number(row['id'])), [1, 3, 5, 6, 7, 8, 10, 11])
  for (const some of [files, wide]) assert.deepEqual(await lake.engine.rows(select(some)), rows)
})

test('a lone file of several row groups, which all threads share, gives each row once', async (t) => {
  const lake = await smallLake(t)
  const data = await lake.write(lake.table, FIRST, [1, 2, 3])
  const table = await lake.stage(lake.table, FIRST, [data])
  const scan = await planScan(lake.storage, table, snapshotOf(table))
  const [file] = scan.files
  const large = { ...scan, files: [{ ...file!, file: { ...file!.file, record_count: 122_881 } }] }
  const select = scanSql(large, { columns: ['id'], position: true })
  assert.deepEqual(await lake.engine.rows(`${select} ORDER BY id`), [
    { id: 1n, _file: 0n, _pos: 0n },
    { id: 2n, _file: 0n, _pos: 1n },
    { id: 3n, _file: 0n, _pos: 2n },
  ])
  const [plan] = await lake.engine.rows(`EXPLAIN ${select}`)
  assert.match(String(plan?.['explain_value']), /~122,881 rows/, 'the engine expects as many rows as there are')
})

test('files whose columns have no field ids are read by the names of the mapping', async (t) => {
  const lake = await smallLake(t)
  const ours = await lake.write(lake.table, FIRST, [1, 2])
  const location = `file://${lake.folder}/foreign.parquet`
  const select = `SELECT 'x' || i AS "Where", [i, i] AS extra, i::INTEGER AS id FROM range(3, 6) r(i)`
  const written = await lake.engine.writeParquet(select, lake.storage.enginePath(location))
  const foreign = { ...ours, file_path: location, record_count: written.rows, file_size_in_bytes: written.sizeBytes }
  const mapping = SCHEMA.fields.map((field) => ({
    'field-id': field.id,
    names: field.name === 'block' ? ['block', 'Where'] : [field.name],
  }))
  const properties = { 'schema.name-mapping.default': JSON.stringify(mapping) }
  let table = await stageSnapshot(lake.storage, lake.table, {
    add: [ours, foreign],
    remove: [],
    summary: {},
    properties,
    now: new Date(FIRST),
  })
  const { add } = await lake.hide(table, SECOND, 'id IN (2, 4)')
  table = await lake.stage(table, SECOND, add)
  const scan = await planScan(lake.storage, table, snapshotOf(table))
  const rows = await lake.engine.rows(
    `SELECT * EXCLUDE (batch_at), batch_at IS NULL AS absent FROM (${scanSql(scan)}) ORDER BY id`,
  )
  assert.deepEqual(rows, [
    { id: 1n, block: 'block', absent: false },
    { id: 3n, block: 'x3', absent: true },
    { id: 5n, block: 'x5', absent: true },
  ])
})
