import { monotonicSeconds } from '../clock.ts'
import { BlotterError } from '../errors.ts'
import type { BatchAt } from '../model/batch-at.ts'
import type { DashboardDesk } from './dashboards.ts'
import { dashboardFigures, type Since } from './figures.ts'
import type { Filters } from './count/filters.ts'
import type { Loaded } from './memory/loaded.ts'

/** A question for a dashboard's figures. REFs name batches. */
export interface FiguresWish {
  at: string
  filters: Filters
  /** none, previous_year, previous_period, or FROM..TO. */
  compare: string
  compareBatch?: string | undefined
  /** All values of each chart, in place of the first ones and a sum. */
  isWhole?: boolean
}

/** The figures as JSON, with the time that it took to count them: `server_ms`. Counted once for each batch and question. */
export async function askFigures(dashboards: DashboardDesk, name: string, wish: FiguresWish): Promise<string> {
  const { loaded } = await dashboards.open(name, wish.at)
  const { lake } = dashboards
  const byMark = wish.compareBatch !== undefined
  const from = byMark ? await lake.resolve(wish.compareBatch!) : await lake.before(loaded.memory.batchAt)
  const question = JSON.stringify([sameFilters(wish.filters), wish.compare, from ?? null, byMark, wish.isWhole ?? false])
  return loaded.hold.using(() =>
    loaded.answers.answer(question, () =>
      withChanges(loaded, from, byMark, async (since) => {
        const begun = monotonicSeconds()
        const { definition, memory, held } = loaded
        const { counters } = dashboards
        const figures = await dashboardFigures({ counters, definition, memory, held, asked: wish, since })
        return JSON.stringify({ ...figures, server_ms: Math.round((monotonicSeconds() - begun) * 1e5) / 100 })
      }),
    ),
  )
}

async function withChanges<T>(
  loaded: Loaded,
  from: BatchAt | undefined,
  byMark: boolean,
  work: (since: Since | undefined) => Promise<T>,
): Promise<T> {
  const { batchAt } = loaded.memory
  if (from === undefined || from === batchAt) return work(undefined)
  if (from > batchAt)
    throw new BlotterError('usage', `${from} is later than ${batchAt}: a batch is compared with an earlier one.`, {
      todo: `Look at ${from}, and compare it with ${batchAt}.`,
      context: { from, at: batchAt },
    })
  const { before, after, hold } = await loaded.changed(from)
  return hold.using(() => work({ batchAt: from, byMark, before, after }))
}

/** One text for filters that mean the same. */
function sameFilters({ keys, from, to }: Filters): unknown {
  const named = Object.entries(keys).filter(([, wanted]) => wanted.length > 0)
  const ordered = named.map(([name, wanted]) => [name, [...new Set(wanted)].sort()] as const)
  return [ordered.sort(([a], [b]) => (a < b ? -1 : 1)), from ?? null, to ?? null]
}
