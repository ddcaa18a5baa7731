import type { Lake } from '../../catalog/lake.ts'
import type { Engine } from '../../engine/engine.ts'
import { BlotterError } from '../../errors.ts'
import { type BatchFacts, type BatchFindings, findingsIn } from '../../history/batches.ts'
import { scanAsOf } from '../../history/as-of.ts'
import { BATCHES_TABLE } from '../../history/ledger.ts'
import { scanSql } from '../../lake/read/read.ts'
import type { BatchAt } from '../../model/batch-at.ts'
import { type Pipeline, quarantineName } from '../../model/pipeline.ts'
import { duckdbType } from '../../model/sql-text.ts'
import { tableNames } from '../../pipeline/definition/tables.ts'
import { jsonEncoder } from '../../query/format/values.ts'
import { batchName } from '../../history/diff.ts'
import type { Reader } from '../../query/reader.ts'
import { type FileFacts, type TableDetail, tableDetail } from '../../query/table-detail.ts'

interface Parts {
  pipeline: Pipeline
  lake(create: boolean): Lake
  reader(): Reader
  lakeExists(): boolean
  openEngine(): Promise<Engine>
}

/** What a batch's rows were like: its counts, what was repaired and warned about, and what went to quarantine by which rule. */
export interface BatchQuality extends Pick<BatchFacts, 'batch_at' | 'run' | 'kind' | 'rows'>, BatchFindings {
  /** Rows that this batch met first, by the rule that they broke, as far as they have not been released since. */
  quarantined: Record<string, number>
}

export type CatalogPages = ReturnType<typeof catalogPages>

/** Answers about tables and the quality of what is in them. */
export function catalogPages(parts: Parts) {
  const names = tableNames(parts.pipeline)
  const found = async (name: string, ref: string) => {
    const { view, batch } = await parts.reader().resolve(ref)
    if (!names.includes(name)) throw unknownTable(name, names)
    return { view, batchAt: batch.batchAt, table: name, storage: parts.lake(false).storage }
  }
  return {
    async table(name: string, ref: string): Promise<{ batchAt: BatchAt; table: TableDetail }> {
      const { view, batchAt, table, storage } = await found(name, ref)
      return { batchAt, table: (await tableDetail(storage, view, table, batchAt)).detail }
    },
    async files(name: string, ref: string): Promise<{ batchAt: BatchAt; files: FileFacts[] }> {
      const { view, batchAt, table, storage } = await found(name, ref)
      return { batchAt, files: (await tableDetail(storage, view, table, batchAt)).files }
    },
    /** The first rows as they lie, for a look at what a table holds. */
    async sample(name: string, ref: string, limit: number) {
      const { view, batchAt, table, storage } = await found(name, ref)
      const scan = await scanAsOf(storage, view, table, batchAt)
      await using engine = await parts.openEngine()
      const rows = await engine.rows(`SELECT * FROM (${scanSql(scan)}) LIMIT ${limit}`)
      const columns = scan.schema.fields.map(({ name: column, type }) => ({ column, encode: jsonEncoder(duckdbType(type)) }))
      return {
        batchAt,
        columns: columns.map(({ column }) => column),
        rows: rows.map((row) => columns.map(({ column, encode }) => encode(row[column] ?? null))),
      }
    },
    /** Of every batch, the newest first. */
    async quality(): Promise<BatchQuality[]> {
      if (!parts.lakeExists()) return []
      const { view, batch } = await parts.reader().resolve('latest')
      const findings = findingsIn(view.tables.find((table) => table.name === BATCHES_TABLE)!)
      const quarantine = await scanAsOf(parts.lake(false).storage, view, quarantineName(parts.pipeline), batch.batchAt)
      const broken = await byBatch(parts, scanSql(quarantine, { columns: ['batch_at', 'rule'] }))
      return (await parts.reader().batches()).toReversed().map(({ batch_at, run, kind, rows }) => ({
        batch_at,
        run,
        kind,
        rows,
        ...(findings.get(batch_at) ?? { repairs: {}, warnings: {} }),
        quarantined: broken.get(batch_at) ?? {},
      }))
    },
  }
}

function unknownTable(name: string, names: readonly string[]): BlotterError {
  return new BlotterError('table_missing', `The pipeline makes no table "${name}".`, {
    todo: `Name one of: ${names.join(', ')}.`,
    context: { table: name },
  })
}

async function byBatch(parts: Parts, quarantine: string): Promise<Map<BatchAt, Record<string, number>>> {
  await using engine = await parts.openEngine()
  const rows = await engine.rows(
    `SELECT batch_at, rule, count(*) AS n FROM (${quarantine}) GROUP BY batch_at, rule ORDER BY n DESC, rule`,
  )
  const found = new Map<BatchAt, Record<string, number>>()
  for (const row of rows) {
    const batchAt = batchName(row['batch_at'])
    found.set(batchAt, { ...found.get(batchAt), [String(row['rule'])]: Number(row['n']) })
  }
  return found
}
