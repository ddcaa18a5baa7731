import type { Engine } from '../engine/engine.ts'
import { BlotterError } from '../errors.ts'
import { identifier, literal } from '../model/sql-text.ts'
import type { DashboardDesk } from './dashboards.ts'
import type { Definition } from './definition/definition.ts'
import { filterSql } from './count/filter-sql.ts'
import type { Filters } from './count/filters.ts'
import { keyedSql } from './memory/keyed.ts'
import type { DashboardLake } from './lake.ts'
import type { Loaded } from './memory/loaded.ts'
import { shareOf } from './count/share.ts'

export interface Maturity {
  batch_at: string
  /** The first batch: what was before it nobody knows. */
  ledger_from: string
  days: readonly number[]
  months: {
    month: string
    figures: { days: number; base: number; value: number; share: number | null; is_partial: boolean }[]
  }[]
}

/**
 * How many incidents of each month had come to something within so many days, by what batches had seen by then. Only
 * incidents count whose days ended after the first batch and before this one; months of which that is a part are marked.
 */
export async function askMaturity(
  dashboards: DashboardDesk,
  name: string,
  wish: { at: string; filters: Filters },
): Promise<string> {
  const { loaded } = await dashboards.open(name, wish.at)
  const { maturity } = loaded.definition
  if (!maturity)
    throw new BlotterError('usage', 'This dashboard does not say what comes of incidents.', {
      todo: 'Declare `maturity:` in its file.',
    })
  const where = filterSql(loaded.definition, dashboards.lake.incidents, wish.filters)
  return loaded.hold.using(() =>
    loaded.answers.answer(`maturity ${where}`, async () =>
      JSON.stringify(await countMaturity(dashboards.lake, loaded, { ...maturity, where })),
    ),
  )
}

interface Wanted {
  when: string
  within_days: readonly number[]
  where: string
}

async function countMaturity(
  lake: DashboardLake,
  loaded: Loaded,
  { when, within_days: days, where }: Wanted,
): Promise<Maturity> {
  const { definition, memory } = loaded
  const { batchAt } = memory
  const ledger = await lake.openLedger(batchAt)
  await using engine = ledger.engine
  await engine.run(ledger.sql.seenBefore)
  await engine.run(`CREATE TEMP TABLE seen_before AS ${outcomeSql(definition, lake, when, ['batch_at'])}`)
  await engine.run(ledger.sql.now)
  const { occurred } = lake.incidents
  await engine.run(`CREATE TEMP VIEW blotter_keyed AS ${keyedSql(definition, lake.incidents)}`)
  await engine.run(`CREATE TEMP TABLE incidents_now AS SELECT ${identifier(lake.incidents.key)} AS id, ${identifier(occurred)} AS occurred,
    coalesce((${when}), false) AS came FROM blotter_keyed WHERE ${where}`)
  const reached = { from: ledger.firstBatch, to: batchAt, timezone: lake.timezone }
  const byMonth = new Map<string, Maturity['months'][number]>()
  for (const one of days) {
    for (const { month, all, base, value } of await withinDays(engine, one, reached)) {
      const known = byMonth.get(month) ?? { month, figures: [] }
      byMonth.set(month, known)
      known.figures.push({ days: one, base, value, share: shareOf(value, base), is_partial: base < all })
    }
  }
  const months = [...byMonth.values()].sort((a, b) => (a.month < b.month ? -1 : 1))
  return { batch_at: batchAt, ledger_from: ledger.firstBatch, days, months }
}

function outcomeSql(definition: Definition, { incidents }: DashboardLake, when: string, more: readonly string[]): string {
  const columns = [`${identifier(incidents.key)} AS id`, `coalesce((${when}), false) AS came`, ...more]
  return `SELECT ${columns.join(', ')} FROM (${definition.incidents})`
}

/** An incident had come to something by a moment if the first change after it began there, or, without one, if it is so now. */
async function withinDays(
  engine: Engine,
  days: number,
  { from, to, timezone }: { from: string; to: string; timezone: string },
): Promise<{ month: string; all: number; base: number; value: number }[]> {
  const due = `timezone(${literal(timezone)}, occurred + INTERVAL ${days} DAY)`
  const rows = await engine.rows(`
    WITH due AS (SELECT *, ${due} AS due FROM incidents_now),
      reached AS (SELECT * FROM due WHERE due >= TIMESTAMPTZ ${literal(from)} AND due <= TIMESTAMPTZ ${literal(to)}),
      changed AS (SELECT reached.id, arg_min(seen_before.came, seen_before.batch_at) AS came FROM reached
        JOIN seen_before ON seen_before.id = reached.id AND seen_before.batch_at > reached.due GROUP BY reached.id),
      figures AS (SELECT date_trunc('month', occurred) AS month, count(*) AS base,
        count(*) FILTER (WHERE coalesce(changed.came, reached.came)) AS value
        FROM reached LEFT JOIN changed USING (id) GROUP BY 1),
      months AS (SELECT date_trunc('month', occurred) AS month, count(*) AS n FROM incidents_now GROUP BY 1)
    SELECT strftime(figures.month, '%Y-%m') AS month, base, value, n FROM figures JOIN months USING (month)`)
  return rows.map((row) => ({
    month: String(row['month']),
    all: Number(row['n']),
    base: Number(row['base']),
    value: Number(row['value']),
  }))
}
