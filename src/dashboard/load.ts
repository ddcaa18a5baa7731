import type { Engine } from '../engine/engine.ts'
import { BlotterError } from '../errors.ts'
import type { BatchAt } from '../model/batch-at.ts'
import { identifier, literal } from '../model/sql-text.ts'
import { monthOfDay, monthText } from './calendar.ts'
import type { Definition, Dimension } from './definition.ts'
import { type Incidents, keyColumn, keyedSql, STATE_COLUMN, UNKNOWN } from './keyed.ts'
import type { Calendar, Codes, Columns, Dictionary, Memory } from './memory.ts'

/** Codes are of 16 bits, and one is set aside for values that a dictionary does not know. */
const MOST_VALUES = 65_534
/** Rows in which incidents may lie, in days: what 16 bits count is 179 years. */
const MOST_DAYS = 65_535
/** A row's day, second and state: see `Columns` and `RowKeys`. */
const FIXED_BYTES = 2 + 2 + 1
const WEEKDAY_HOURS = Array.from({ length: 7 * 24 }, (_, i) => `${Math.floor(i / 24) + 1}-${i % 24}`)

export interface LoadOptions {
  definition: Definition
  incidents: Incidents
  batchAt: BatchAt
  /** More than this is refused; in bytes. */
  limitBytes: number
}

type Queries = Pick<Engine, 'run' | 'rows' | 'numbers'>

/**
 * Loads the incidents of one batch. The engine has the tables of that batch under their names. Throws `memory_exhausted` for
 * more than may be held, and what the engine says of the dashboard's SQL.
 */
export async function loadMemory(engine: Queries, options: LoadOptions): Promise<Memory> {
  const { definition, incidents, batchAt } = options
  await engine.run(`CREATE OR REPLACE TEMP VIEW blotter_keyed AS ${keyedSql(definition, incidents)}`)
  const bounds = await boundsOf(engine, incidents)
  const calendar = calendarOf(bounds.firstDay, bounds.lastDay)
  const dictionaries = await dictionariesOf(engine, definition)
  return fillMemory(engine, { ...options, bounds, calendar, dictionaries, batchAt })
}

/** The same incidents as another memory's, in its codes: those of a ledger, as they were before or are after a change. */
export async function loadLike(engine: Queries, options: LoadOptions, like: Memory): Promise<Memory> {
  const { definition, incidents } = options
  await engine.run(`CREATE OR REPLACE TEMP VIEW blotter_keyed AS ${keyedSql(definition, incidents)}`)
  const bounds = await boundsOf(engine, incidents)
  const { calendar, dictionaries } = like
  // A change may be of an incident that is older or younger than all there are now.
  const within = { ...bounds, firstDay: calendar.firstDay, lastDay: calendar.lastDay }
  for (const name of Object.keys(dictionaries)) await makeEnum(engine, name, dictionaries[name]!)
  return fillMemory(engine, { ...options, bounds: within, calendar, dictionaries })
}

interface Bounds {
  rows: number
  firstDay: number
  lastDay: number
  lowest: bigint
  highest: bigint
}

async function boundsOf(engine: Queries, { key, occurred }: Incidents): Promise<Bounds> {
  const [row] = await engine.rows(
    `SELECT count(*) AS n, min(${identifier(key)})::BIGINT AS low, max(${identifier(key)})::BIGINT AS high,
      ${daySql(`min(${identifier(occurred)})`)} AS first, ${daySql(`max(${identifier(occurred)})`)} AS last FROM blotter_keyed`,
  )
  return {
    rows: Number(row!['n']),
    firstDay: Number(row!['first'] ?? 0),
    lastDay: Number(row!['last'] ?? 0),
    lowest: BigInt((row!['low'] as bigint | null) ?? 0n),
    highest: BigInt((row!['high'] as bigint | null) ?? 0n),
  }
}

function daySql(at: string): string {
  return `date_diff('day', DATE '1970-01-01', (${at})::DATE)`
}

function calendarOf(firstDay: number, lastDay: number): Calendar {
  if (lastDay - firstDay >= MOST_DAYS)
    throw new BlotterError('unsupported', 'The incidents lie more than 179 years apart: a dashboard cannot hold them.', {
      todo: 'Leave out those whose date is a mistake, in `incidents:` of the dashboard.',
      context: { days: lastDay - firstDay },
    })
  const firstMonth = monthOfDay(firstDay)
  const months = Array.from({ length: monthOfDay(lastDay) - firstMonth + 1 }, (_, i) => monthText(firstMonth + i))
  const monthOf = Uint16Array.from({ length: lastDay - firstDay + 1 }, (_, day) => monthOfDay(firstDay + day) - firstMonth)
  return { firstDay, lastDay, firstMonth, months, monthOf }
}

async function dictionariesOf(engine: Queries, definition: Definition): Promise<Record<string, Dictionary>> {
  const found: Record<string, Dictionary> = {}
  for (const [name, { kind }] of Object.entries(definition.dimensions)) {
    if (kind === 'time') continue
    if (kind === 'weekday_hour') found[name] = dictionary(WEEKDAY_HOURS)
    else if (kind === 'boolean') found[name] = dictionary(['true', 'false'])
    else found[name] = dictionary(await keysOf(engine, name))
    if (kind !== 'weekday_hour') await makeEnum(engine, name, found[name]!)
  }
  return found
}

function dictionary(values: readonly string[]): Dictionary {
  const keys = [UNKNOWN, ...values]
  return { keys, codeOf: new Map(keys.map((key, code) => [key, code])) }
}

/** Frequent ones first: their figures then stand close together. */
async function keysOf(engine: Queries, name: string): Promise<string[]> {
  const column = identifier(keyColumn(name))
  const rows = await engine.rows(
    `SELECT ${column} AS key FROM blotter_keyed WHERE ${column} IS NOT NULL AND ${column} <> ${literal(UNKNOWN)}
     GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT ${MOST_VALUES + 1}`,
  )
  if (rows.length > MOST_VALUES)
    throw new BlotterError('unsupported', `The dimension ${name} has more than ${MOST_VALUES} values.`, {
      todo: 'Let its `sql:` put values together.',
      context: { dimension: name, expected: MOST_VALUES },
    })
  return rows.map((row) => String(row['key']))
}

function enumType(name: string): string {
  return identifier(`blotter keys ${name}`)
}

async function makeEnum(engine: Queries, name: string, { keys }: Dictionary): Promise<void> {
  await engine.run(`DROP TYPE IF EXISTS ${enumType(name)}`)
  // In the place of code 0 stands `unknown`, which is also what a text of that name means.
  await engine.run(`CREATE TYPE ${enumType(name)} AS ENUM (${keys.map(literal).join(', ')})`)
}

/** The code of an incident: 0 for no value, one more than the highest known for a value that the dictionary lacks. */
function codeSql(name: string, kind: Dimension['kind'], { keys }: Dictionary, occurred: string): string {
  if (kind === 'weekday_hour') return `((isodow(${identifier(occurred)}) - 1) * 24 + hour(${identifier(occurred)}) + 1)`
  const column = identifier(keyColumn(name))
  return `CASE WHEN ${column} IS NULL THEN 0 ELSE coalesce(enum_code(TRY_CAST(${column} AS ${enumType(name)}))::INTEGER, ${keys.length}) END`
}

interface Filling extends LoadOptions {
  bounds: Bounds
  calendar: Calendar
  dictionaries: Readonly<Record<string, Dictionary>>
}

async function fillMemory(engine: Queries, filling: Filling): Promise<Memory> {
  const { definition, incidents, bounds, calendar, dictionaries, batchAt } = filling
  const { rows } = bounds
  const time = Object.keys(definition.dimensions).find((name) => definition.dimensions[name]!.kind === 'time')!
  const sortedBy = Object.keys(definition.dimensions).find((name) => definition.dimensions[name]!.kind === 'category')!
  const names = Object.keys(dictionaries)
  const sizes: Record<string, number> = { [time]: bounds.lastDay - bounds.firstDay + 1 }
  for (const name of names) sizes[name] = dictionaries[name]!.keys.length + 1
  const isWide = bounds.highest - bounds.lowest > 0xffff_ffffn
  const sizeBytes = rows * (FIXED_BYTES + (isWide ? 8 : 4) + names.reduce((sum, name) => sum + widthOf(sizes[name]!), 0))
  if (sizeBytes > filling.limitBytes) throw tooLarge(rows, sizeBytes, filling.limitBytes)

  const codes: Record<string, Codes> = { [time]: new Uint16Array(shared(rows * 2)) }
  for (const name of names)
    codes[name] = widthOf(sizes[name]!) === 1 ? new Uint8Array(shared(rows)) : new Uint16Array(shared(rows * 2))
  const state = new Uint8Array(shared(rows))
  const second = new Uint16Array(shared(rows * 2))
  const low = new Uint32Array(shared(rows * 4))
  const high = isWide ? new Uint32Array(shared(rows * 4)) : undefined

  const at = identifier(incidents.occurred)
  const key = `(${identifier(incidents.key)}::HUGEINT - ${bounds.lowest})`
  const day = `least(greatest(${daySql(at)} - ${bounds.firstDay}, 0), ${sizes[time]! - 1})`
  const wanted: [string, { [index: number]: number }][] = [
    ...names.map((name): [string, Codes] => [
      codeSql(name, definition.dimensions[name]!.kind, dictionaries[name]!, incidents.occurred),
      codes[name]!,
    ]),
    [day, codes[time]!],
    [identifier(STATE_COLUMN), state],
    [`(minute(${at}) * 60 + least(second(${at}), 59))`, second],
    [`(${key} & 4294967295)`, low],
    ...(high ? [[`(${key} >> 32)`, high] as [string, Uint32Array]] : []),
  ]
  const select = wanted.map(([sql], i) => `(${sql})::UINTEGER AS c${i}`).join(', ')
  const order = `c${names.indexOf(sortedBy)}, c${names.length}`
  let filled = 0
  for await (const chunk of engine.numbers(`SELECT ${select} FROM blotter_keyed ORDER BY ${order}`)) {
    const length = chunk[0]!.length
    chunk.forEach((values, i) => (wanted[i]![1] as Uint32Array).set(values, filled))
    filled += length
  }
  const columns: Columns = {
    rows,
    sortedBy,
    starts: startsOf(codes[sortedBy]!, sizes[sortedBy]!),
    codes,
    sizes,
    time,
    state,
  }
  return { batchAt, columns, rowKeys: { second, low, high, lowest: bounds.lowest }, dictionaries, calendar, sizeBytes }
}

function startsOf(codes: Codes, size: number): Uint32Array<SharedArrayBuffer> {
  const starts = new Uint32Array(shared((size + 1) * 4))
  for (let i = 0; i < codes.length; i++) starts[codes[i]! + 1]!++
  for (let code = 0; code < size; code++) starts[code + 1]! += starts[code]!
  return starts
}

function widthOf(size: number): 1 | 2 {
  return size <= 256 ? 1 : 2
}

function shared(bytes: number): SharedArrayBuffer {
  return new SharedArrayBuffer(bytes)
}

function tooLarge(rows: number, bytes: number, limit: number): BlotterError {
  const mib = (n: number): number => Math.ceil(n / 2 ** 20)
  return new BlotterError(
    'memory_exhausted',
    `A dashboard of ${rows} incidents takes ${mib(bytes)} MiB; ${mib(limit)} MiB are granted.`,
    { todo: 'Grant more: `dashboard.memory` in blotter.yaml.', context: { expected: limit, found: bytes } },
  )
}
