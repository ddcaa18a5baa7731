import type { Engine } from '../../engine/engine.ts'
import { BlotterError } from '../../errors.ts'
import type { BatchAt } from '../../model/batch-at.ts'
import { identifier } from '../../model/sql-text.ts'
import { dayNumberSql } from './calendar.ts'
import type { Definition, Dimension } from '../definition/definition.ts'
import { codeSql, hexagonCodes } from './dictionaries.ts'
import { type Incidents, STATE_COLUMN } from './keyed.ts'
import type { Calendar, Codes, Dictionary, Memory, RowKeys } from './memory.ts'

/** A row's time and state: see `Columns` and `RowKeys`. */
const FIXED_BYTES = 2 + 1

/** What is known before the first incident comes. */
export interface Filling {
  definition: Definition
  incidents: Incidents
  batchAt: BatchAt
  /** More than this is refused; in bytes. */
  limitBytes: number
  rows: number
  lowest: bigint
  highest: bigint
  calendar: Calendar
  dictionaries: Readonly<Record<string, Dictionary>>
  /** True where the dictionaries are another memory's, which must stay as they are. */
  isFixed: boolean
}

/** A column to fill: what SQL gives for it, and what becomes of each number. */
interface Target {
  sql: string
  to: { [row: number]: number }
  code?: (number: number) => number
}

/** Fills a memory with the incidents of `blotter_keyed`. Throws `memory_exhausted`, `unsupported` for too many values. */
export async function fillMemory(engine: Pick<Engine, 'numbers'>, filling: Filling): Promise<Memory> {
  const { definition, calendar, dictionaries, batchAt, rows, lowest, highest } = filling
  const time = firstOf(definition, 'time')
  const sortedBy = firstOf(definition, 'category')
  const sizes: Record<string, number> = { [time]: calendar.monthOf.length }
  for (const name of Object.keys(dictionaries)) sizes[name] = dictionaries[name]!.keys.length + 1
  const names = Object.keys(sizes)
  const widthOf = (name: string): 1 | 2 => (definition.dimensions[name]!.kind === 'hexagon' || sizes[name]! > 256 ? 2 : 1)
  const isWide = highest - lowest > 0xffff_ffffn
  const sizeBytes = rows * names.reduce((sum, name) => sum + widthOf(name), FIXED_BYTES + (isWide ? 8 : 4))
  if (sizeBytes > filling.limitBytes) throw tooLarge(rows, sizeBytes, filling.limitBytes)

  const codes: Record<string, Codes> = {}
  for (const name of names)
    codes[name] = widthOf(name) === 1 ? new Uint8Array(shared(rows)) : new Uint16Array(shared(rows * 2))
  const state = new Uint8Array(shared(rows))
  const rowKeys = {
    time: new Uint16Array(shared(rows * 2)),
    low: new Uint32Array(shared(rows * 4)),
    high: isWide ? new Uint32Array(shared(rows * 4)) : undefined,
    lowest,
  }
  const targets = [...names.map((name) => codeTarget(filling, name, codes[name]!)), ...rowTargets(filling, state, rowKeys)]
  const order = { code: names.indexOf(sortedBy), day: names.indexOf(time), codes: sizes[sortedBy]!, days: sizes[time]! }
  const starts = await fillInOrder(engine, targets, order)
  // Hexagons are known only now.
  for (const name of Object.keys(dictionaries)) sizes[name] = dictionaries[name]!.keys.length + 1
  return {
    batchAt,
    columns: { rows, sortedBy, starts, codes, sizes, time, state },
    rowKeys,
    dictionaries,
    calendar,
    sizeBytes,
  }
}

function codeTarget({ definition, incidents, dictionaries, calendar, isFixed }: Filling, name: string, to: Codes): Target {
  const { kind } = definition.dimensions[name]!
  if (kind === 'time') {
    const day = `${dayNumberSql(identifier(incidents.occurred))} - ${calendar.firstDay}`
    return { sql: `least(greatest(coalesce(${day}, 0), 0), ${calendar.monthOf.length - 1})`, to }
  }
  const dictionary = dictionaries[name]!
  const sql = codeSql(name, kind, dictionary, incidents.occurred)
  return kind === 'hexagon' ? { sql, to, code: hexagonCodes(name, dictionary, isFixed) } : { sql, to }
}

function rowTargets({ incidents }: Filling, state: Uint8Array, { time, low, high, lowest }: RowKeys): Target[] {
  const at = identifier(incidents.occurred)
  const key = `(${identifier(incidents.key)}::HUGEINT - ${lowest})`
  return [
    { sql: identifier(STATE_COLUMN), to: state },
    { sql: `coalesce((hour(${at}) * 3600 + minute(${at}) * 60 + second(${at})) // 2, 0)`, to: time },
    { sql: `${key} & 4294967295`, to: low },
    ...(high ? [{ sql: `${key} >> 32`, to: high }] : []),
  ]
}

/** By which two targets rows are put in order, and how many values each has. */
interface Order {
  code: number
  day: number
  codes: number
  days: number
}

/** Cells of code and day that are counted at a time; 128 MiB. */
const MOST_CELLS = 2 ** 25

/**
 * Fills all targets with rows in the order of code and day, and returns where each code begins. Rows are counted first and
 * then put into their places as they come (a counting sort): an engine that sorts millions of rows would hold them all.
 */
async function fillInOrder(
  engine: Pick<Engine, 'numbers'>,
  targets: readonly Target[],
  { code, day, codes, days }: Order,
): Promise<Uint32Array<SharedArrayBuffer>> {
  if (codes * days > MOST_CELLS)
    throw new BlotterError(
      'unsupported',
      `The first category has ${codes} values on ${days} days: too many to keep in order.`,
      {
        todo: 'Put a category with fewer values first.',
        context: { values: codes, days },
      },
    )
  const places = new Uint32Array(codes * days)
  const keys = `(${targets[code]!.sql})::UINTEGER AS c0, (${targets[day]!.sql})::UINTEGER AS c1`
  for await (const [ofCode, ofDay] of engine.numbers(`SELECT ${keys} FROM blotter_keyed`))
    for (let i = 0; i < ofCode!.length; i++) places[ofCode![i]! * days + ofDay![i]!]!++
  const starts = new Uint32Array(shared((codes + 1) * 4))
  let next = 0
  places.forEach((n, cell) => {
    if (cell % days === 0) starts[cell / days] = next
    places[cell] = next
    next += n
  })
  starts[codes] = next

  const select = targets.map(({ sql }, i) => `(${sql})::UINTEGER AS c${i}`).join(', ')
  for await (const chunk of engine.numbers(`SELECT ${select} FROM blotter_keyed`)) {
    const rows = chunk[code]!.map((value, i) => places[value * days + chunk[day]![i]!]!++)
    chunk.forEach((values, i) => put(values, rows, targets[i]!))
  }
  return starts
}

function put(values: Uint32Array, rows: Uint32Array, { to, code }: Target): void {
  if (code) for (let i = 0; i < rows.length; i++) to[rows[i]!] = code(values[i]!)
  else for (let i = 0; i < rows.length; i++) to[rows[i]!] = values[i]!
}

function firstOf(definition: Definition, wanted: Dimension['kind']): string {
  return Object.keys(definition.dimensions).find((name) => definition.dimensions[name]!.kind === wanted)!
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
