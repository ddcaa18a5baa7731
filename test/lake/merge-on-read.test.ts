import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { openSqliteCatalog } from '../../src/catalog/sqlite/catalog.ts'
import { openDuckDb } from '../../src/engine/duckdb/engine.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { localStorage } from '../../src/lake/local/storage.ts'
import { planScan } from '../../src/lake/read/plan.ts'
import { scanSql } from '../../src/lake/read/read.ts'
import { stageSnapshot, writeMetadata } from '../../src/lake/write/stage.ts'
import { loadTable, newTable, snapshotOf, type Table, tagsOf } from '../../src/lake/table.ts'
import { dataFileLocation, describeDataFile, writePositionDeletes } from '../../src/lake/write/write.ts'
import { schemaOf } from '../../src/model/schema.ts'

const SCHEMA = schemaOf([
  { name: 'id', type: 'long' },
  { name: 'version', type: 'int' },
  { name: 'kinds', type: { list: 'string' } },
  {
    name: 'before',
    type: {
      struct: [
        { name: 'id', type: 'long' },
        { name: 'block', type: 'string' },
      ],
    },
  },
  { name: 'year', type: 'int' },
  { name: 'batch_at', type: 'timestamptz' },
])

let folder: string
let engine: Engine
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'blotter-'))
  engine = await openDuckDb({ memoryBytes: 256 * 1024 * 1024, spillFolder: join(folder, 'spill'), threads: 1 })
})
after(async () => {
  await engine[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

interface Batch {
  upsert: number[]
  remove: number[]
  /** How many days after the batch before. */
  days: number
}

const ids = fc.uniqueArray(fc.integer({ min: 0, max: 30 }), { maxLength: 20 })
const batches = fc.array(fc.record({ upsert: ids, remove: ids, days: fc.integer({ min: 0, max: 1 }) }), {
  minLength: 1,
  maxLength: 8,
})

test('every tag shows the rows of its batch, whatever batches were merged before and after it', async () => {
  let lake = 0
  await fc.assert(
    fc.asyncProperty(batches, async (given) => {
      const root = join(folder, `lake-${++lake}`)
      await checkHistory(root, given)
      await rm(root, { recursive: true, force: true })
    }),
    { numRuns: 15 },
  )
})

async function checkHistory(root: string, given: Batch[]): Promise<void> {
  const storage = localStorage()
  const catalog = openSqliteCatalog(join(root, 'catalog.sqlite'), { name: 'blotter' })
  const model = new Map<number, number>()
  const expected = new Map<string, string[]>()
  let table: Table = newTable({
    name: 'raw.crimes',
    location: `file://${root}/raw/crimes`,
    schema: SCHEMA,
    partitionBy: { column: 'batch_at', transform: 'day' },
  })
  let at = new Date('2026-07-01T06:00:00Z')
  for (const [version, batch] of given.entries()) {
    at = new Date(at.getTime() + batch.days * 86_400_000 + 1000)
    const tag = `${at.toISOString().slice(0, 19)}Z`
    table = await commitBatch(root, table, batch, version, tag)
    for (const id of batch.remove) model.delete(id)
    for (const id of batch.upsert) model.set(id, version)
    expected.set(tag, [...model].map(([id, of]) => `${id}/${of}`).sort())
    const entry = await catalog.entry('raw.crimes')
    await catalog.commit([{ table: table.name, from: entry?.metadataLocation ?? null, to: table.metadataLocation! }])
    table = await loadTable(storage, 'raw.crimes', (await catalog.entry('raw.crimes'))!.metadataLocation)
  }
  catalog.close()
  assert.deepEqual([...tagsOf(table).keys()], [...expected.keys()])
  for (const [tag, rows] of expected) assert.deepEqual(await readRows(table, tag), rows, tag)
}

async function readRows(table: Table, tag: string): Promise<string[]> {
  const scan = await planScan(localStorage(), table, snapshotOf(table, tag))
  for (const { deletes } of scan.files) assert.ok(deletes.length <= 1, 'one live delete file for each data file at most')
  const rows = await engine.rows(scanSql(scan))
  assert.equal(scan.rows, rows.length)
  assert.ok(scan.rowsExact)
  for (const row of rows) {
    assert.equal(row['year'], 1999)
    assert.deepEqual(row['kinds'], ['a', `k${String(row['id'])}`])
    assert.deepEqual(row['before'], { id: row['id'], block: null })
  }
  return rows.map((row) => `${String(row['id'])}/${String(row['version'])}`).sort()
}

/** One batch as a run makes it: rows that leave or change are hidden where they are, new versions are added. */
async function commitBatch(root: string, table: Table, batch: Batch, version: number, tag: string): Promise<Table> {
  const storage = localStorage()
  const scan = await planScan(storage, table, snapshotOf(table))
  const leaving = [...new Set([...batch.remove, ...batch.upsert])]
  const where = leaving.length > 0 ? `id IN (${leaving.join(', ')})` : 'false'
  const hidden = `SELECT _file, _pos FROM (${scanSql(scan, { columns: ['id'], position: true })}) WHERE ${where}`
  const deletes = await writePositionDeletes({ engine, storage, table, scan, batchAt: tag, label: 'deletes', hidden })
  const add = [...deletes.add]
  if (batch.upsert.length > 0) {
    const location = dataFileLocation(table, tag, 'data')
    const select = `SELECT id::BIGINT AS id, ${version}::INTEGER AS version, ['a', 'k' || id] AS kinds,
      {'id': id::BIGINT, 'block': NULL::VARCHAR} AS before,
      1999::INTEGER AS year, TIMESTAMPTZ '${tag}' AS batch_at FROM (SELECT unnest([${batch.upsert.join(', ')}]) AS id)`
    const written = await engine.writeParquet(select, storage.enginePath(location), SCHEMA)
    add.push(describeDataFile(table, written, { location, batchAt: tag }))
  }
  const now = new Date(tag)
  const staged = await stageSnapshot(storage, table, {
    add,
    remove: deletes.remove,
    summary: { 'blotter.batch-at': tag },
    tag,
    now,
  })
  const swap = await writeMetadata(storage, staged)
  assert.ok(swap.to.startsWith(`file://${root}/raw/crimes/metadata/`))
  return swap.committed
}
