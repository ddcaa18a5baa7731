import type { Row, Value } from '../engine/engine.ts'
import { identifier, literal } from '../model/sql-text.ts'
import { dayText } from './memory/calendar.ts'
import type { DashboardDesk } from './dashboards.ts'
import { incidentColumns } from './incident-columns.ts'
import { checkFilters, conditionsOf, type Filters } from './count/filters.ts'
import { STATES } from './memory/keyed.ts'
import type { Loaded } from './memory/loaded.ts'
import { type Condition, eachRow } from './count/scan.ts'
import type { RowKeys } from './memory/memory.ts'
import { segmentsOf } from './memory/segments.ts'
import { type FoundIncident, incidentsByColumn, readOrder } from './sorted-incidents.ts'

export interface IncidentsWish {
  at: string
  filters: Filters
  offset: number
  limit: number
  /** A column that the dashboard lists, or `date`; with `-` in front the largest, or newest, first. */
  sort: string
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
 * A page of the incidents, by when they happened and then by key, or by one of their columns. Where time is the order the memory
 * says which they are, however far down the page is; the lake is read for these alone. Incidents of the same two seconds are in
 * the order of their keys.
 */
export async function askIncidents(dashboards: DashboardDesk, name: string, wish: IncidentsWish): Promise<IncidentsPage> {
  const { loaded } = await dashboards.open(name, wish.at)
  return loaded.hold.using(async () => {
    const { lake } = dashboards
    const { column, isDown } = readOrder(loaded.definition, lake.incidents, wish.sort)
    const chosen = await chosenRows(dashboards, loaded, wish.filters)
    const found =
      column === undefined
        ? incidentsByTime(loaded, chosen, { ...wish, isDown })
        : await incidentsByColumn(lake, loaded, column, { ...wish, isDown, total: chosen.total })
    return { batch_at: loaded.memory.batchAt, total: chosen.total, rows: await readRows(dashboards, loaded, found) }
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

/** Only the days that the page touches are looked at. */
function incidentsByTime(
  { memory }: Loaded,
  { segmentCodes, conditions, perDay }: Chosen,
  { offset, limit, isDown }: { offset: number; limit: number; isDown: boolean },
): FoundIncident[] {
  const { columns, rowKeys, calendar } = memory
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
  const page = rows.slice(offset - skipped, offset - skipped + limit)
  return page.map((row) => ({ key: keyOf(rowKeys, row), day: day[row]! + calendar.firstDay }))
}

function keyOf({ high, low, lowest }: RowKeys, row: number): bigint {
  return lowest + (high ? BigInt(high[row]!) << 32n : 0n) + BigInt(low[row]!)
}

async function readRows({ lake }: DashboardDesk, loaded: Loaded, page: readonly FoundIncident[]): Promise<Row[]> {
  if (page.length === 0) return []
  const { definition } = loaded
  const { key, occurred } = lake.incidents
  const keys = page.map((one) => one.key)
  const days = page.map(({ day }) => day)
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

/** For JSON: whole numbers that are exact, larger ones as texts; times as ISO 8601 has them. */
function toldRow(row: Row): Record<string, Value> {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, told(value)]))
}

function told(value: Value): Value {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/.test(value)) return value.replace(' ', 'T')
  return value
}
