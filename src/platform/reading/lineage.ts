import type { Lake } from '../../catalog/lake.ts'
import type { Engine } from '../../engine/engine.ts'
import { columnChart, tableChart } from '../../lineage/mermaid.ts'
import { type LineageGraph, upstreamOf } from '../../lineage/graph.ts'
import type { Pipeline } from '../../model/pipeline.ts'
import { afterRun } from '../../pipeline/lineage/tell.ts'
import type { BatchMaker } from '../../pipeline/batch/batch-maker.ts'
import { tableNames } from '../../pipeline/definition/tables.ts'
import { eventsAt, lineageAt, tableMeant } from '../../query/lineage.ts'
import type { Reader } from '../../query/reader.ts'

interface Parts {
  pipeline: Pipeline
  lakeExists(): boolean
  lake(create: boolean): Lake
  existing(): BatchMaker
  reader(): Reader
  openEngine(): Promise<Engine>
}

/** What `lineage` prints: the graph with `--json`, the flowchart with `--format mermaid`. */
export interface LineageReport {
  graph: LineageGraph
  /** The one table that was asked for. */
  table: string | null
  /** A Mermaid flowchart of the same. */
  mermaid: string
}

/** The verbs on lineage. */
export function lineage(parts: Pick<Parts, 'pipeline' | 'lake' | 'reader'>) {
  return {
    /** The graph of a batch, or the part of it that leads to one table. */
    async lineage(options: { table?: string; at?: string }): Promise<LineageReport> {
      const { view, batch } = await parts.reader().resolve(options.at ?? 'latest')
      const names = tableNames(parts.pipeline)
      const graph = await lineageAt(parts.lake(false), view, batch.batchAt, names)
      if (options.table === undefined) return { graph, table: null, mermaid: tableChart(graph) }
      const table = tableMeant(
        options.table,
        graph.tables.filter((node) => node.kind === 'table').map((node) => node.name),
      )
      const upstream = upstreamOf(graph, table)
      return { graph: upstream, table, mermaid: columnChart(upstream) }
    },
    async lineageEvents(ref = 'latest') {
      const { batch } = await parts.reader().resolve(ref)
      return eventsAt(parts.lake(false), batch.batchAt)
    },
  }
}

/** Tells of a run that was ended from outside; that it cannot be told changes nothing, a later run tries again. */
export async function tellOfTerminated(parts: Parts): Promise<void> {
  if (!parts.lakeExists()) return
  await using engine = await parts.openEngine()
  await afterRun(parts.existing(), engine, { signal: new AbortController().signal, onNotice: () => {} })
}
