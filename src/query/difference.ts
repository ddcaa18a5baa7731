import type { Lake } from '../catalog/lake.ts'
import type { Row } from '../engine/engine.ts'
import { scanAsOf, viewLake } from '../history/as-of.ts'
import type { LedgerPart } from '../history/fold.ts'
import { BATCHES_TABLE } from '../history/ledger.ts'
import { ledgerPart } from '../history/ledger-between.ts'
import { scanSql } from '../lake/read/read.ts'
import type { Pipeline } from '../model/pipeline.ts'
import { literal } from '../model/sql-text.ts'
import { resolveReference } from './reference.ts'
import { backwards } from './time-travel.ts'

/** Two batches, the earlier one first, and where what changed between them is read. */
export interface Difference extends LedgerPart {
  /** Incidents that are only restamped: known between neighbours alone, else 0. */
  restamped(engine: { rows(sql: string): Promise<Row[]> }): Promise<number>
}

/** Finds the batches that two REFs name. Throws `batch_missing`, and `usage` where the first is the later one. */
export async function differenceBetween(lake: Lake, pipeline: Pipeline, from: string, to: string): Promise<Difference> {
  const view = await viewLake(lake)
  const [a, b] = [resolveReference(from, view.batches).batchAt, resolveReference(to, view.batches).batchAt]
  if (a > b) throw backwards(a, b)
  const batches = await scanAsOf(lake.storage, view, BATCHES_TABLE, b)
  return {
    ...(await ledgerPart(lake.storage, view, pipeline, a, b)),
    async restamped(engine) {
      // Batches that expired between two make these no neighbours, and the ledger still knows of them.
      const rows = await engine.rows(
        `SELECT changes_restamped AS n FROM (${scanSql(batches)})
         WHERE batch_at > timestamptz ${literal(a)} AND batch_at <= timestamptz ${literal(b)}`,
      )
      return rows.length === 1 ? Number(rows[0]!['n'] ?? 0) : 0
    },
  }
}
