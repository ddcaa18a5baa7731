import type { Engine } from '../engine/engine.ts'
import { batchName } from '../history/diff.ts'
import type { BatchAt } from '../model/batch-at.ts'
import { literal } from '../model/sql-text.ts'

/** Which quarantined rows somebody wants to see. */
export interface QuarantineWish {
  /** Only rows of this rule. */
  rule?: string
  /** Only rows of this batch (a REF). */
  at?: string
  /** Rows returned at most. */
  limit: number
  /** Default 0. */
  offset?: number
}

/** How many rows by rule, and the newest of them: `quarantine list --json`. */
export interface QuarantineList {
  total: number
  rules: Record<string, number>
  rows: { batch_at: BatchAt; run: string; rule: string; key: string | null; values: Record<string, string | null> }[]
}

/** Counts and lists the rows of a quarantine table as of a batch. */
export async function listQuarantine(
  engine: Engine,
  quarantine: { sql: string; batchAt: BatchAt },
  wish: QuarantineWish,
): Promise<QuarantineList> {
  const conditions = [
    ...(wish.rule === undefined ? [] : [`rule = ${literal(wish.rule)}`]),
    ...(wish.at === undefined ? [] : [`batch_at = timestamptz ${literal(quarantine.batchAt)}`]),
  ]
  const select = `SELECT * FROM (${quarantine.sql}) ${conditions.length ? `WHERE ${conditions.join(' AND ')}` : ''}`
  const counted = await engine.rows(`SELECT rule, count(*) AS n FROM (${select}) GROUP BY rule ORDER BY n DESC, rule`)
  const rows = await engine.rows(`SELECT * FROM (${select}) ORDER BY batch_at DESC, rule, key
     LIMIT ${wish.limit} OFFSET ${wish.offset ?? 0}`)
  const rules = Object.fromEntries(counted.map((row) => [String(row['rule']), Number(row['n'])]))
  return {
    total: Object.values(rules).reduce((sum, n) => sum + n, 0),
    rules,
    rows: rows.map(({ batch_at, run, rule, key, ...values }) => ({
      batch_at: batchName(batch_at),
      run: String(run),
      rule: String(rule),
      key: key === null || key === undefined ? null : String(key),
      values: values as Record<string, string | null>,
    })),
  }
}
