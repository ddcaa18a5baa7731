import type { Row, Value } from '../engine/engine.ts'
import { BlotterError } from '../errors.ts'
import { identifier, literal } from '../model/sql-text.ts'
import { dayText } from './memory/calendar.ts'
import type { DashboardDesk } from './dashboards.ts'
import type { Definition } from './definition/definition.ts'
import { checkFilters, conditionsOf, type Filters } from './count/filters.ts'
import { STATES } from './memory/keyed.ts'
import type { Loaded } from './memory/loaded.ts'
import { type Condition, eachRow } from './count/scan.ts'
import { segmentsOf } from './memory/segments.ts'

export interface IncidentsWish {
  at: string
  filters: Filters
  offset: number
  limit: number
  /** Newest first, or oldest first. */
  sort: '-date' | 'date'
}

export interface IncidentsPage {
  batch_at: string
  total: number
  rows: Record<string, Value>[]
}

/** Rows of a memory that pass, and how many there are on each day. */
interface Chosen {
  segmentCodes: number[] | undefined
  conditions: Condition[]
  /** Days since the first one. */
  perDay: Uint32Array
  total: number
}

/**
 * A page of the incidents, by when they happened and then by key. The memory says which they are, however far down the page
 * is; the lake is read for these alone. Incidents of the same two seconds are in the order of their keys.
 */
export async function askIncidents(dashboards: DashboardDesk, name: string, wish: IncidentsWish): Promise<IncidentsPage> {
  const { loaded } = await dashboards.open(name, wish.at)
  return loaded.hold.using(async () => {
    const chosen = await chosenRows(dashboards, loaded, wish.filters)
    const rows = pageOf(loaded, chosen, wish)
    const keys = rows.map((row) => keyOf(loaded, row))
    return { batch_at: loaded.memory.batchAt, total: chosen.total, rows: await readRows(dashboards, loaded, rows, keys) }
  })
}

async function chosenRows(
  { counters }: DashboardDesk,
  { definition, memory, held }: Loaded,
  filters: Filters,
): Promise<Chosen> {
  const { columns, calendar, dictionaries } = memory
  const { from, to } = checkFilters(definition, filters)
  const { conditions } = conditionsOf(dictionaries, columns.sizes, filters)
  const ofRows = conditions.find(({ dimension }) => dimension === columns.sortedBy)
  const segmentCodes = ofRows && [...ofRows.passes.keys()].filter((code) => ofRows.passes[code] === 1)
  const others = conditions.filter((condition) => condition !== ofRows)
  const days = { from: (from ?? calendar.firstDay) - calendar.firstDay, to: (to ?? calendar.lastDay) - calendar.firstDay }
  const segments = segmentsOf(columns, segmentCodes, days)
  const [result] = await counters.scan(held.id, columns, [{ segments, conditions: others, counts: [columns.time] }])
  const perDay = new Uint32Array(columns.sizes[columns.time]!)
  result!.figures[0]!.forEach((n, i) => (perDay[Math.floor(i / STATES)]! += n))
  return { segmentCodes, conditions: others, perDay, total: result!.total.reduce((sum, n) => sum + n, 0) }
}

/** The rows of a page: only the days that it touches are looked at. */
function pageOf(
  { memory }: Loaded,
  { segmentCodes, conditions, perDay }: Chosen,
  { offset, limit, sort }: IncidentsWish,
): number[] {
  const { columns, rowKeys } = memory
  const isDown = sort === '-date'
  const order = isDown ? [...perDay.keys()].reverse() : [...perDay.keys()]
  let before = 0
  const touched: number[] = []
  let skipped = 0
  for (const day of order) {
    const n = perDay[day]!
    if (before + n <= offset) skipped = before + n
    else if (before < offset + limit && n > 0) touched.push(day)
    before += n
    if (before >= offset + limit) break
  }
  if (touched.length === 0) return []
  const days = { from: Math.min(...touched), to: Math.max(...touched) }
  const rows: number[] = []
  eachRow(columns, segmentsOf(columns, segmentCodes, days), conditions, (row) => void rows.push(row))
  const day = columns.codes[columns.time]!
  const { time, high, low } = rowKeys
  const compare = (a: number, b: number): number =>
    day[a]! - day[b]! || time[a]! - time[b]! || (high ? high[a]! - high[b]! : 0) || low[a]! - low[b]!
  rows.sort(isDown ? (a, b) => compare(b, a) : compare)
  return rows.slice(offset - skipped, offset - skipped + limit)
}

function keyOf({ memory: { rowKeys } }: Loaded, row: number): bigint {
  const { high, low, lowest } = rowKeys
  return lowest + (high ? BigInt(high[row]!) << 32n : 0n) + BigInt(low[row]!)
}

async function readRows(
  { lake }: DashboardDesk,
  loaded: Loaded,
  rows: readonly number[],
  keys: readonly bigint[],
): Promise<Row[]> {
  if (rows.length === 0) return []
  const { memory, definition } = loaded
  const { key, occurred } = lake.incidents
  const day = memory.columns.codes[memory.columns.time]!
  const days = rows.map((row) => day[row]! + memory.calendar.firstDay)
  // The days let the engine leave out most of the files' parts.
  const where = `${identifier(key)} IN (${keys.join(', ')}) AND ${identifier(occurred)} >= ${literal(dayText(Math.min(...days)))}::TIMESTAMP
    AND ${identifier(occurred)} < ${literal(dayText(Math.max(...days) + 1))}::TIMESTAMP`
  const columns = incidentColumns(definition).map(({ name }) => identifier(name))
  const found = await loaded.read((engine) =>
    engine.rows(
      `SELECT ${identifier(key)}::VARCHAR AS "blotter key", ${columns.join(', ')} FROM (${definition.incidents}) WHERE ${where}`,
    ),
  )
  const byKey = new Map(found.map(({ 'blotter key': text, ...row }) => [String(text), row]))
  return keys.flatMap((one) => {
    const row = byKey.get(String(one))
    return row ? [toldRow(row)] : []
  })
}

/** The columns that the dashboard lists of an incident. Throws `usage` where it lists none. */
export function incidentColumns(definition: Definition): { name: string; label: string }[] {
  const chart = definition.charts.find((one) => one.kind === 'incidents')
  if (chart?.kind === 'incidents') return Object.entries(chart.columns).map(([name, label]) => ({ name, label }))
  throw new BlotterError('usage', 'This dashboard lists no incidents.', {
    todo: 'Give it a chart of kind `incidents` with its columns.',
  })
}

/** For JSON: whole numbers that are exact, larger ones as texts; times as ISO 8601 has them. */
function toldRow(row: Row): Record<string, Value> {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, told(value)]))
}

function told(value: Value): Value {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/.test(value)) return value.replace(' ', 'T')
  return value
}
