import { type Clock, systemClock } from '../../clock.ts'
import type { FoundColumn, Source } from '../source.ts'
import { type Mark, markText, readDataset, readMark } from './dataset.ts'
import { columnMissing, endIfAborted } from './failure.ts'
import { type Patience, PATIENCE } from './patience.ts'
import { openPortal } from './portal.ts'
import { datasetReader } from './read.ts'
import { every, field, literal } from './soql.ts'
import { parseSocrataUrl, type Since } from './url.ts'

export interface SocrataSourceOptions {
  /** The key that rows are swept by, when an incident happened, and IANA zone of its wall clock: names of the pipeline. */
  definition: { key: string; occurred: string; timezone: string }
  /** The dataset's column that serves a declared one. */
  locate(columns: readonly FoundColumn[], declared: string): FoundColumn | undefined
  /** App token: more requests an hour. Sent as a header, to the portal alone. */
  token?: string | undefined
  clock?: Clock
  patience?: Partial<Patience>
  random?: () => number
}

/**
 * A dataset of a Socrata portal as a source, by SODA 2.1 (https://dev.socrata.com/docs/endpoints): see `parseSocrataUrl` for
 * its URL. Values are text as the portal writes it. A part of a dataset (`since`, `where`, `limit`) is `partial`. Throws
 * `source_url_invalid` at once; `describe` and `open` throw `source_unreachable`, `source_refused`, `source_table_missing`,
 * `source_column_missing` and `source_answer_unreadable`, readings also `source_lost` and `source_changed`.
 */
export function openSocrataSource(url: string, options: SocrataSourceOptions): Source {
  const { definition, locate, token, clock = systemClock, random = Math.random } = options
  const address = parseSocrataUrl(url)
  const portal = openPortal(address, { token, clock, random, patience: { ...PATIENCE, ...options.patience } })
  const from = address.since && firstMoment(address.since, clock, definition.timezone)

  async function look(signal: AbortSignal) {
    endIfAborted(signal)
    const { name, columns } = await readDataset(portal, signal)
    const occurred = from === undefined ? undefined : locate(columns, definition.occurred)
    if (from !== undefined && !occurred) throw columnMissing(address, definition.occurred, columns)
    const where = every(occurred && `${field(occurred.name)} >= ${literal(from!)}`, address.where)
    const mark: Mark = await readMark(portal, where, signal)
    return { name, columns, where, mark }
  }

  return {
    url,
    mark: async (signal) => {
      const { where, mark } = await look(signal)
      return `${markText(mark)}${where === undefined ? '' : ` where ${where}`}`
    },
    partial: address.since !== undefined || address.where !== undefined || address.limit !== undefined,
    async describe(signal) {
      const { name, columns, mark } = await look(signal)
      const rowsEstimate = Math.min(mark.rows, address.limit ?? mark.rows)
      return { what: `Socrata dataset “${name}” (${address.host})`, columns, rowsEstimate }
    },
    async open(signal) {
      const { columns, where, mark } = await look(signal)
      const reader = datasetReader({ portal, columns, where, mark })
      // Keys are asked for as numbers.
      const swept = locate(columns, definition.key)?.declared === 'number'
      return {
        columns,
        extract: reader.all,
        ...(swept ? { sweep: reader.sweep, fetch: reader.fetch } : {}),
        async [Symbol.asyncDispose]() {},
      }
    },
  }
}

/** Midnight of the day on the wall clock of the zone, as a floating timestamp. */
function firstMoment(since: Since, clock: Clock, timezone: string): string {
  if ('day' in since) return `${since.day}T00:00:00`
  const today = new Intl.DateTimeFormat('en-CA', { timeZone: timezone, dateStyle: 'short' }).format(clock.now())
  const day = new Date(`${today}T00:00:00Z`)
  day.setUTCDate(day.getUTCDate() - since.days)
  return `${day.toISOString().slice(0, 10)}T00:00:00`
}
