import type { Catalog } from '../catalog/catalog.ts'
import type { Clock } from '../clock.ts'
import { type DashboardEvent, Dashboards } from '../dashboard/dashboards.ts'
import type { DashboardLake } from '../dashboard/lake.ts'
import type { Engine } from '../engine/engine.ts'
import { BATCHES_TABLE } from '../history/ledger.ts'
import type { Storage } from '../lake/storage.ts'
import type { Log } from '../log.ts'
import type { BatchAt } from '../model/batch-at.ts'
import type { Pipeline } from '../model/pipeline.ts'
import { identifier } from '../model/sql-text.ts'
import type { Reader } from '../query/reader.ts'
import { referenceSql, viewStatements } from '../transform/render.ts'
import { join } from 'node:path'
import { availableParallelism } from 'node:os'

interface Parts {
  config: { memoryBytes: number }
  clock: Clock
  pipeline: Pipeline
  lakeExists(): boolean
  lake(create: boolean): { storage: Storage; catalog: Catalog; location: string }
  reader(): Reader
  openEngine(): Promise<Engine>
}

/** The dashboards of the pipeline's folder over the lake. */
export function dashboards(parts: Parts, log: Log, tell: (event: DashboardEvent) => void): Dashboards {
  return new Dashboards({
    folder: join(parts.pipeline.folder, '4-dashboards'),
    lake: dashboardLake(parts),
    memoryBytes: parts.config.memoryBytes,
    threads: Math.min(4, availableParallelism()),
    clock: parts.clock,
    log,
    tell,
  })
}

/** What dashboards read of the lake: views over its tables as of one batch, in an engine of their own. */
export function dashboardLake(parts: Parts): DashboardLake {
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
    async openChanged(from, to, side) {
      const reader = parts.reader()
      const { view } = await reader.resolve(to)
      const changes = await reader
        .functionsAt(view, to)
        .find(({ name }) => name === 'changes')!
        .select([from, to])
      const columns = pipeline.source.columns.map(({ name }) => `${side}.${identifier(name)} AS ${identifier(name)}`)
      const select = `SELECT ${columns.join(', ')}, NULL::TIMESTAMPTZ AS batch_at FROM (${changes}) WHERE ${side} IS NOT NULL`
      return open(to, select)
    },
  }
}
