import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import type { StagedPart } from '../../src/source/source.ts'
import { bindColumns } from '../../src/quality/columns.ts'
import { asFound, type BoundPart, goodRows, parquet, partRows, repairConditions } from '../../src/quality/part-sql.ts'
import { DEFINITION, openBench } from './bench.ts'

const bench = await openBench()

function bound(part: StagedPart): BoundPart {
  return { part, matching: bindColumns(DEFINITION, part.columns, {}), emptyIsNull: true }
}

async function rules(part: StagedPart): Promise<unknown[]> {
  return (await bench.engine.rows(`SELECT rule FROM (${partRows(DEFINITION, bound(part))})`)).map((row) => row['rule'])
}

test('the first rule that a row breaks is the one that is told', async () => {
  const part = await bench.stage(
    ['id', 'at', 'ward', 'open'],
    [
      ['1', '2024-01-01', '5', 'true'],
      ['', '0000-00-00', 'x', '2'],
      [null, '2024-01-01', '5', ''],
      ['one', '2024-01-01', '5', 'true'],
      ['2', '2024-02-30', 'x', 'true'],
      ['3', '2024-02-30', '5', 'true'],
      ['4', '', '', ''],
    ],
  )
  assert.deepEqual(await rules(part), [null, 'key_missing', 'key_missing', 'bad_type', 'bad_type', 'bad_date', null])
})

test('a part that is malformed is not read, whatever types its columns have', async () => {
  const columns = ['id:boolean', 'at:double', 'open:timestamp']
  const part = await bench.stage(columns, [[true, 1, '2024-01-01 00:00:00']], 'few_fields')
  assert.deepEqual(await rules(part), ['few_fields'])
})

test('native values break a rule too', async () => {
  const part = await bench.stage(
    ['id:long', 'at:timestamp', 'ward:double'],
    [
      [1, '2024-01-01 00:00:00', 1],
      [null, '2024-01-01 00:00:00', 1],
      [2, '0001-01-01 00:00:00', 1],
      [3, null, 1.5],
    ],
  )
  assert.deepEqual(await rules(part), [null, 'key_missing', 'bad_date', 'bad_type'])
})

test('parts of different columns and types are one table, a missing column is NULL', async () => {
  const texts = await bench.stage(['ID', 'At', 'Code'], [['1', '1/2/2024 3:04', '48']])
  const natives = await bench.stage(['at:timestamp', 'id:long', 'note'], [['2024-01-02 03:04:00', 2, 'x']])
  const values = goodRows(DEFINITION, [bound(texts), bound(natives)], new Set())
  const rows = await bench.engine.rows(`SELECT id, "at", code, note, open FROM (${values})`)
  assert.deepEqual(rows, [
    { id: 1n, at: '2024-01-02 03:04:00', code: '0048', note: null, open: null },
    { id: 2n, at: '2024-01-02 03:04:00', code: null, note: 'x', open: null },
  ])
})

test('no parts are a table without rows, of the declared types', async () => {
  const described = await bench.engine.rows(`DESCRIBE ${goodRows(DEFINITION, [], new Set())}`)
  assert.deepEqual(
    described.map((row) => row['column_type']),
    ['BIGINT', 'TIMESTAMP', 'VARCHAR', 'BOOLEAN', 'INTEGER', 'DOUBLE', 'VARCHAR', 'TIMESTAMP'],
  )
})

test('rows that break a rule are left out of the parts that have any', async () => {
  const [part, other] = [await bench.stage(['id'], [['1'], ['x'], ['']]), await bench.stage(['id'], [['2']])].map(bound)
  const rows = await bench.engine.rows(`SELECT id FROM (${goodRows(DEFINITION, [part!, other!], new Set([part!]))})`)
  assert.deepEqual(rows, [{ id: 1n }, { id: 2n }])
})

test('a row is kept as it was found, with what is not declared as JSON', async () => {
  const part = await bench.stage(
    ['id', 'ward:double', 'it"s', 'n:long'],
    [
      ['1.0', 5, 'a"b', 7],
      ['2', null, null, null],
    ],
  )
  const sql = `SELECT ${asFound(DEFINITION)} AS row FROM (${partRows(DEFINITION, bound(part))})`
  const [found, nothing] = (await bench.engine.rows(sql)).map((row) => row['row'] as Record<string, string>)
  assert.deepEqual([found?.['key'], found?.['id'], found?.['ward'], found?.['at']], ['1.0', '1.0', '5.0', null])
  assert.deepEqual(JSON.parse(found?.['extra'] ?? ''), { 'it"s': 'a"b', n: '7' })
  assert.equal(nothing?.['extra'], null)
})

test('the conditions of a repair are those of all its columns', () => {
  const columns = ['id', 'ward', 'lat', 'note'].map((name) => ({ name, type: 'text', declared: 'text' }) as const)
  const conditions = repairConditions(bound({ files: [], columns, rows: 0 }))
  assert.deepEqual(
    [...conditions].map(([repair, { length }]) => [repair, length]),
    [
      ['empty_text', 4],
      ['decimal_dropped', 2],
      ['decimal_comma', 1],
    ],
  )
})

test('a file is found whatever signs its path has', async () => {
  const part = await bench.stage(['id'], [['1']])
  const odd = join(dirname(part.files[0]!), 'year=2024', "a*[b]?'c.parquet")
  await mkdir(dirname(odd), { recursive: true })
  await bench.engine.writeParquet(`SELECT * FROM ${parquet(...part.files)}`, odd)
  assert.deepEqual(await bench.engine.rows(`SELECT * FROM ${parquet(odd)}`), [{ id: '1' }])
})
