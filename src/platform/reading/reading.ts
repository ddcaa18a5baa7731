import type { Lake } from '../../catalog/lake.ts'
import type { Engine } from '../../engine/engine.ts'
import type { Pipeline } from '../../model/pipeline.ts'
import { tableNames } from '../../pipeline/definition/tables.ts'
import { openQuery } from '../../query/query.ts'
import type { QuarantineWish } from '../../query/quarantine-list.ts'
import type { Reader } from '../../query/reader.ts'
import { listTables } from '../../query/table-list.ts'

interface Parts {
  pipeline: Pipeline
  lakeExists(): boolean
  lake(create: boolean): Lake
  reader(): Reader
  openEngine(): Promise<Engine>
}

/** The verbs that only read: batches, tables, queries, differences, lives of incidents, quarantine. */
export function reading(parts: Parts) {
  return {
    batches: async () => (parts.lakeExists() ? parts.reader().batches() : []),
    async tables(ref = 'latest') {
      if (!parts.lakeExists()) return []
      const reader = parts.reader()
      const { view, batch } = await reader.resolve(ref)
      const names = tableNames(parts.pipeline)
      return listTables(view, await reader.tablesAt(view, batch.batchAt), batch.batchAt, names)
    },
    async query(sql: string, options: { at?: string; outputFolder?: string; signal: AbortSignal }) {
      const reader = parts.reader()
      const { view, batch } = await reader.resolve(options.at ?? 'latest')
      const tables = reader.queryTables(view, batch.batchAt)
      const engine = await parts.openEngine()
      const functions = reader.functionsAt(view, batch.batchAt)
      // The tables' own folders and nothing beside them: the state databases lie in the lake as well.
      const folders = view.tables.map((table) => parts.lake(false).storage.enginePath(table.metadata.location))
      return openQuery(sql, { engine, tables, functions, folders, batchAt: batch.batchAt, ...options })
    },
    quarantine: async (wish: QuarantineWish) => parts.reader().quarantine(wish),
    diff: async (from: string, to: string, options: { rows: boolean }) => parts.reader().diff(from, to, options),
    history: async (key: string) => parts.reader().history(key),
  }
}
