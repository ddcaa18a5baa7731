import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { Lake } from '../../catalog/lake.ts'
import type { Clock } from '../../clock.ts'
import { type DashboardEvent, Dashboards } from '../../dashboard/dashboards.ts'
import type { DashboardLake, Ledger } from '../../dashboard/lake.ts'
import type { Engine } from '../../engine/engine.ts'
import { scanAsOf } from '../../history/as-of.ts'
import { batchName } from '../../history/diff.ts'
import { BATCHES_TABLE } from '../../history/ledger.ts'
import { ledgerAsOf } from '../../history/ledger-between.ts'
import { scanSql } from '../../lake/read/read.ts'
import type { Log } from '../../log.ts'
import type { BatchAt } from '../../model/batch-at.ts'
import type { Pipeline } from '../../model/pipeline.ts'
import { identifier, tableIdentifier } from '../../model/sql-text.ts'
import type { Reader } from '../../query/reader.ts'
import { referenceSql, viewStatements } from '../../transform/render.ts'

export interface DashboardParts {
  config: { dashboard: { memoryBytes: number } }
  clock: Clock
  pipeline: Pipeline
  lakeExists(): boolean
  lake(create: boolean): Lake
  reader(): Reader
  openEngine(): Promise<Engine>
}

/** The dashboards of the pipeline's folder over the lake. */
export function dashboards(parts: DashboardParts, log: Log, tell: (event: DashboardEvent) => void): Dashboards {
  return new Dashboards({
    folder: join(parts.pipeline.folder, '4-dashboards'),
    lake: dashboardLake(parts),
    memoryBytes: parts.config.dashboard.memoryBytes,
    threads: Math.min(4, availableParallelism()),
    clock: parts.clock,
    log,
    tell,
  })
}

/** What dashboards read of the lake: views over its tables as of one batch, in an engine of their own. */
function dashboardLake(parts: DashboardParts): DashboardLake {
  const { pipeline } = parts
  const { key, occurred, timezone } = pipeline.source
  const reference = pipeline.reference.map(({ name, file }) => ({ name, sql: referenceSql(file) }))
  const open = async (batchAt: BatchAt, incidents?: string): Promise<Engine> => {
    const reader = parts.reader()
    const { view } = await reader.resolve(batchAt)
    const tables = await Promise.all(
      reader.queryTables(view, batchAt).map(async ({ name, sql }) => ({
        name,
        sql: incidents !== undefined && name === pipeline.rawName ? incidents : await sql(),
      })),
    )
    const engine = await parts.openEngine()
    try {
      for (const statement of viewStatements([...tables, ...reference])) await engine.run(statement)
      return engine
    } catch (error) {
      await engine[Symbol.asyncDispose]()
      throw error
    }
  }
  return {
    incidents: { key, occurred },
    timezone,
    references: pipeline.reference.map(({ name }) => name),
    async stamp() {
      if (!parts.lakeExists()) return undefined
      return (await parts.lake(false).catalog.entry(BATCHES_TABLE))?.metadataLocation
    },
    resolve: async (ref) => (await parts.reader().resolve(ref)).batch.batchAt,
    async before(batchAt) {
      const { batches } = await parts.reader().view()
      return batches.findLast((batch) => batch.batchAt < batchAt)?.batchAt
    },
    open,
    openChanged: async (from, to, side) => open(to, await changedSql(parts, from, to, side)),
    openLedger: (batchAt) => openLedger(parts, batchAt, open),
  }
}

async function changedSql(
  { pipeline, reader }: DashboardParts,
  from: BatchAt,
  to: BatchAt,
  side: 'before' | 'after',
): Promise<string> {
  const { view } = await reader().resolve(to)
  const changes = await reader()
    .functionsAt(view, to)
    .find(({ name }) => name === 'changes')!
    .select([from, to])
  const columns = pipeline.source.columns.map(({ name }) => `${side}.${identifier(name)} AS ${identifier(name)}`)
  return `SELECT ${columns.join(', ')}, NULL::TIMESTAMPTZ AS batch_at FROM (${changes}) WHERE ${side} IS NOT NULL`
}

async function openLedger(
  { pipeline, reader, lake }: DashboardParts,
  batchAt: BatchAt,
  open: (batchAt: BatchAt) => Promise<Engine>,
): Promise<Ledger> {
  const { key, columns } = pipeline.source
  const { storage } = lake(false)
  const { view } = await reader().resolve(batchAt)
  const now = scanSql(await scanAsOf(storage, view, pipeline.rawName, batchAt))
  // The incident is named by the ledger itself: one that is new was nothing before.
  const before = columns.map(({ name }) =>
    name === key ? identifier(key) : `before.${identifier(name)} AS ${identifier(name)}`,
  )
  const changes = scanSql(await ledgerAsOf(storage, view, pipeline.source, batchAt))
  const engine = await open(batchAt)
  const replace = (sql: string): string => `CREATE OR REPLACE VIEW ${tableIdentifier(pipeline.rawName)} AS ${sql}`
  try {
    const ledger = scanSql(await scanAsOf(storage, view, BATCHES_TABLE, batchAt))
    const [row] = await engine.rows(`SELECT min(batch_at) AS first FROM (${ledger})`)
    return {
      engine,
      firstBatch: batchName(row!['first']),
      sql: { now: replace(now), seenBefore: replace(`SELECT ${before.join(', ')}, batch_at FROM (${changes})`) },
    }
  } catch (error) {
    await engine[Symbol.asyncDispose]()
    throw error
  }
}
