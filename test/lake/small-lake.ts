import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { openDuckDb } from '../../src/engine/duckdb/engine.ts'
import type { Engine } from '../../src/engine/engine.ts'
import type { DataFile } from '../../src/lake/format/data-file.ts'
import { localStorage } from '../../src/lake/local/storage.ts'
import { planScan } from '../../src/lake/read/plan.ts'
import { scanSql } from '../../src/lake/read/read.ts'
import { stageSnapshot } from '../../src/lake/write/stage.ts'
import type { Storage } from '../../src/lake/storage.ts'
import { newTable, snapshotOf, type Table } from '../../src/lake/table.ts'
import { dataFileLocation, describeDataFile, type HiddenRows, writePositionDeletes } from '../../src/lake/write/write.ts'
import { schemaOf } from '../../src/model/schema.ts'

export const SCHEMA = schemaOf([
  { name: 'id', type: 'long' },
  { name: 'block', type: 'string' },
  { name: 'batch_at', type: 'timestamptz' },
])

/** A folder, an engine and a table `raw.crimes` of three columns, gone after the test. */
export interface SmallLake {
  folder: string
  engine: Engine
  storage: Storage
  table: Table
  /** Writes ids as a data file of a batch. */
  write(table: Table, batchAt: string, ids: readonly number[]): Promise<DataFile>
  /** Commits nothing: the table as it is with these files. */
  stage(table: Table, batchAt: string, add: readonly DataFile[], remove?: readonly DataFile[]): Promise<Table>
  hide(table: Table, batchAt: string, where: string): Promise<HiddenRows>
  ids(table: Table, ref?: string): Promise<number[]>
}

export async function smallLake(t: TestContext): Promise<SmallLake> {
  const folder = await mkdtemp(join(tmpdir(), 'blotter-'))
  const engine = await openDuckDb({ memoryBytes: 256 * 1024 * 1024, spillFolder: join(folder, 'spill'), threads: 1 })
  t.after(async () => {
    await engine[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })
  const storage = localStorage()
  const location = `file://${folder}/lake/raw/crimes`
  const partitionBy = { column: 'batch_at', transform: 'day' } as const
  return {
    folder,
    engine,
    storage,
    table: newTable({ name: 'raw.crimes', location, schema: SCHEMA, partitionBy }),
    async write(table, batchAt, ids) {
      const at = dataFileLocation(table, batchAt, 'data')
      const id = `unnest([${ids.join(', ')}])::BIGINT AS id`
      const select = `SELECT ${id}, 'block' AS block, TIMESTAMPTZ '${batchAt}' AS batch_at`
      const written = await engine.writeParquet(select, storage.enginePath(at), SCHEMA)
      return describeDataFile(table, written, { location: at, batchAt })
    },
    stage: (table, batchAt, add, remove = []) =>
      stageSnapshot(storage, table, { add, remove, summary: {}, tag: batchAt, now: new Date(batchAt) }),
    async hide(table, batchAt, where) {
      const scan = await planScan(storage, table, snapshotOf(table))
      const hidden = `SELECT _file, _pos FROM (${scanSql(scan, { columns: ['id'], position: true })}) WHERE ${where}`
      return writePositionDeletes({ engine, storage, table, scan, batchAt, label: 'deletes', hidden })
    },
    async ids(table, ref) {
      const scan = await planScan(storage, table, snapshotOf(table, ref))
      const rows = await engine.rows(`SELECT id FROM (${scanSql(scan)}) ORDER BY id`)
      return rows.map((row) => Number(row['id']))
    },
  }
}
