import type { Engine } from '../../engine/engine.ts'
import { BlotterError } from '../../errors.ts'
import type { BatchAt } from '../../model/batch-at.ts'
import { identifier } from '../../model/sql-text.ts'
import { dayNumberSql, monthOfDay, monthText } from './calendar.ts'
import type { Definition } from '../definition/definition.ts'
import { makeCodes, readDictionaries } from './dictionaries.ts'
import { fillMemory } from './fill.ts'
import { type Incidents, keyColumn, keyedSql, STATE_COLUMN } from './keyed.ts'
import type { Calendar, Memory } from './memory.ts'

/** Days in which incidents may lie: what 16 bits count is 179 years. */
const MOST_DAYS = 65_535

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
  const { definition, incidents } = options
  await relate(engine, options, 'VIEW')
  const bounds = await boundsOf(engine, incidents)
  const calendar = calendarOf(bounds.firstDay, bounds.lastDay)
  const dictionaries = await readDictionaries(engine, definition)
  return fillMemory(engine, { ...options, ...bounds, calendar, dictionaries, isFixed: false })
}

/** The same incidents as another memory's, in its codes: those of a ledger, as they were before or are after a change. */
export async function loadLike(engine: Queries, options: LoadOptions, like: Memory): Promise<Memory> {
  const { definition, incidents } = options
  // What the ledger folds together is costly to find, and looked at three times.
  await relate(engine, options, 'TABLE')
  const bounds = await boundsOf(engine, incidents)
  // Days of incidents that are older or younger than all there are now count as the first or last one.
  const { calendar, dictionaries } = like
  await makeCodes(engine, definition, dictionaries)
  return fillMemory(engine, { ...options, ...bounds, calendar, dictionaries, isFixed: true })
}

/** Lets the engine have what is loaded of incidents as `blotter_keyed`. */
async function relate(engine: Queries, { definition, incidents }: LoadOptions, kind: 'VIEW' | 'TABLE'): Promise<void> {
  // Rows find their places by themselves; an engine that keeps them in order holds more of them.
  await engine.run('SET preserve_insertion_order = false')
  const dimensions = Object.entries(definition.dimensions)
  // The codes of these two are made of the time itself.
  const keyed = dimensions.filter(([, { kind: of }]) => of !== 'time' && of !== 'weekday_hour')
  const columns = [incidents.key, incidents.occurred, STATE_COLUMN, ...keyed.map(([name]) => keyColumn(name))]
  const select = `SELECT ${columns.map(identifier).join(', ')} FROM (${keyedSql(definition, incidents)})`
  await engine.run(`CREATE OR REPLACE TEMP ${kind} blotter_keyed AS ${select}`)
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
      ${dayNumberSql(`min(${identifier(occurred)})`)} AS first, ${dayNumberSql(`max(${identifier(occurred)})`)} AS last FROM blotter_keyed`,
  )
  return {
    rows: Number(row!['n']),
    firstDay: Number(row!['first'] ?? 0),
    lastDay: Number(row!['last'] ?? 0),
    lowest: BigInt((row!['low'] as bigint | null) ?? 0n),
    highest: BigInt((row!['high'] as bigint | null) ?? 0n),
  }
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
