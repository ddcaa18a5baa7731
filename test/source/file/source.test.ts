import assert from 'node:assert/strict'
import { mkdtemp, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { openDuckDb } from '../../../src/engine/duckdb/engine.ts'
import { openFileSource } from '../../../src/source/file/source.ts'
import type { Source, Stage } from '../../../src/source/source.ts'
import { type ContractRow, describeSource } from '../contract.ts'
import { failure, inWorkshop, NEVER } from './staged.ts'

test('files of several shapes and formats are parts in the order of their names', () =>
  inWorkshop(async ({ put, folder, engine, read, extract }) => {
    await put('b/2.csv', 'ID,Case Number\n1,x\n2\n')
    await put('b/1.tsv', 'id\textra\n3\ty\n')
    await put('b/3.json', '[{"case_number": "z", "id": 4}]')
    await engine.writeParquet("SELECT 5::BIGINT AS id, 'w' AS case_number", join(folder, 'b/4.parquet'))
    const parts = await read('file:b/*')
    assert.deepEqual(
      parts.map((part) => [part.rows, part.rule]),
      [
        [1, undefined],
        [1, undefined],
        [1, 'few_fields'],
        [1, undefined],
        [1, undefined],
      ],
    )
    assert.deepEqual(
      parts.map((part) => part.values[0]![0]),
      ['3', '1', '2', 'z', 5n],
    )
    const { columns, rows, counted } = await extract('file:b/*')
    assert.deepEqual(
      columns.map(({ name, type }) => `${name} ${type}`),
      ['id text', 'extra text', 'Case Number text'],
    )
    assert.deepEqual([rows, counted], [5, 5])
  }))

test('a source tells what it is, and whether it is partial', () =>
  inWorkshop(async ({ put, folder }) => {
    for (const name of ['a', 'b', 'c']) await put(`${name}.csv`, `id,place\n${'123,somewhere\n'.repeat(5000)}`)
    const source = openFileSource('file:*.csv?partial=true', { folder })
    assert.deepEqual([source.url, source.partial], ['file:*.csv?partial=true', true])
    const { what, columns, primaryKey, rowsEstimate } = await source.describe(NEVER)
    assert.deepEqual([what, columns.map((column) => column.name), primaryKey], ['3 CSV files', ['id', 'place'], undefined])
    assert.ok(Math.abs(rowsEstimate! - 15_000) < 50, String(rowsEstimate))
    await put('d.json', '{"id": 1}')
    assert.equal((await openFileSource('file:d.json', { folder }).describe(NEVER)).what, '1 JSON file')
    assert.equal((await openFileSource('file:*.*', { folder }).describe(NEVER)).what, '4 CSV, JSON files')
  }))

test('a view is of the files as they were: one that changes or goes ends the extraction', () =>
  inWorkshop(async ({ put, folder, stage }) => {
    const options = { stage, signal: NEVER, progress: () => {} }
    const path = await put('x.csv', 'a,b\n1,2\n')
    await using touched = await openFileSource('file:*.csv', { folder }).open(NEVER)
    await utimes(path, 1, 1)
    await assert.rejects(touched.extract(options), failure('source_changed', /x\.csv was written to while/))
    await using gone = await openFileSource('file:*.csv', { folder }).open(NEVER)
    await rm(path)
    await assert.rejects(gone.extract(options), failure('source_changed', /x\.csv is gone/))
    await put('x.csv', 'a,b\n1,2\n')
    await using grown = await openFileSource('file:*.csv', { folder }).open(NEVER)
    const growing: Stage = {
      ...stage,
      async writeParquet(select, to) {
        const written = await stage.writeParquet(select, to)
        await put('x.csv', 'a,b\n1,2\n3,4\n')
        return written
      },
    }
    await assert.rejects(grown.extract({ ...options, stage: growing }), failure('source_changed', /was written to/))
  }))

test('an aborted extraction is an interruption', () =>
  inWorkshop(async ({ put, folder, stage }) => {
    await put('x.csv', 'a,b\n1,2\n')
    await using view = await openFileSource('file:x.csv', { folder }).open(NEVER)
    const signal = AbortSignal.abort(new Error('enough'))
    await assert.rejects(view.extract({ stage, signal, progress: () => {} }), { code: 'interrupted' })
  }))

test('progress grows to the number of rows', () =>
  inWorkshop(async ({ put, folder, stage }) => {
    await put('a.csv', 'a,b\n1,2\n')
    await put('b.csv', 'a,b\n1,2\n3\n')
    await using view = await openFileSource('file:*.csv', { folder }).open(NEVER)
    const told: number[] = []
    await view.extract({ stage, signal: NEVER, progress: (rows) => told.push(rows) })
    assert.deepEqual([told.at(-1), told.toSorted((x, y) => x - y)], [3, told])
  }))

const shelf = await mkdtemp(join(tmpdir(), 'blotter-'))
after(() => rm(shelf, { recursive: true, force: true }))
let made = 0

async function parquetOf(rows: readonly ContractRow[]): Promise<Source> {
  const name = `${++made}.parquet`
  await using engine = await openDuckDb({ memoryBytes: 256 << 20, spillFolder: join(shelf, `spill-${made}`) })
  const columns = { id: 'BIGINT', name: 'VARCHAR', size: 'DOUBLE', seen_on: 'TIMESTAMP' } as const
  const types = Object.entries(columns).map(([column, type]) => ({ name: column, type }))
  const writer = await engine.chunkWriter(shelf, `made-${made}`, types)
  await writer.write(types.map((column) => rows.map((row) => row[column.name as keyof ContractRow])))
  const { files } = await writer.finish()
  await rename(files[0]!, join(shelf, name))
  return openFileSource(`file:${name}`, { folder: shelf })
}

/** Without a row JSON has no column either, so that case is left to Parquet. */
async function jsonOf(rows: readonly ContractRow[]): Promise<Source> {
  if (rows.length === 0) return parquetOf(rows)
  const name = `${++made}.json`
  const text = (row: ContractRow): string => JSON.stringify({ ...row, id: `#${row.id}#` }).replace(/"#(\d+)#"/, '$1')
  await writeFile(join(shelf, name), `[${rows.map(text).join(',\n')}]`)
  return openFileSource(`file:${name}`, { folder: shelf })
}

// CSV cannot tell NULL from the empty text, which the contract does; what it can is in csv.test.ts.
describeSource('A Parquet file', { make: parquetOf })
describeSource('A JSON file', { make: jsonOf })

test('files look the same until one is written, replaced, comes or goes', () =>
  inWorkshop(async ({ put, folder }) => {
    const mark = async (): Promise<string> => openFileSource('file:*.csv', { folder }).mark!(NEVER)
    await put('a.csv', 'id\n1\n')
    const first = await mark()
    assert.equal(await mark(), first)
    await put('b.csv', 'id\n2\n')
    const second = await mark()
    await put('new', 'id\n3\n')
    await rename(join(folder, 'new'), join(folder, 'b.csv'))
    const third = await mark()
    await rm(join(folder, 'b.csv'))
    assert.equal(new Set([first, second, third]).size, 3)
    assert.equal(await mark(), first)
    await rm(join(folder, 'a.csv'))
    await assert.rejects(mark(), failure('source_file_missing', /no file matches/))
  }))
