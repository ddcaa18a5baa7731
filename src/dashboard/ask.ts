import { BlotterError } from '../errors.ts'
import type { BatchAt } from '../model/batch-at.ts'
import type { Dashboards } from './dashboards.ts'
import { dashboardFigures, type Since } from './figures.ts'
import type { Filters } from './filters.ts'
import type { Loaded } from './loaded.ts'

/** A question for a dashboard's figures. REFs name batches. */
export interface FiguresWish {
  at: string
  filters: Filters
  compare: string
  compareBatch?: string | undefined
}

/** The figures as JSON, with the time that it took to count them: `server_ms`. Found once a batch, then remembered. */
export async function askFigures(dashboards: Dashboards, name: string, wish: FiguresWish): Promise<string> {
  const { loaded } = await dashboards.open(name, wish.at)
  return loaded.using(async () => {
    const { batchAt } = loaded.memory
    const [from, byMark] =
      wish.compareBatch === undefined
        ? [await dashboards.lake.before(batchAt), false]
        : [await dashboards.lake.resolve(wish.compareBatch), true]
    const question = JSON.stringify([sorted(wish.filters), wish.compare, from, byMark])
    return loaded.answer(question, async () => {
      const since = await sinceOf(loaded, from, byMark)
      const begun = performance.now()
      const figures = await dashboardFigures({
        counters: dashboards.counters,
        definition: loaded.definition,
        memory: loaded.memory,
        held: loaded.held,
        asked: wish,
        since,
      })
      const ms = Math.round((performance.now() - begun) * 100) / 100
      return JSON.stringify({ ...figures, server_ms: ms })
    })
  })
}

async function sinceOf(loaded: Loaded, from: BatchAt | undefined, byMark: boolean): Promise<Since | undefined> {
  const { batchAt } = loaded.memory
  if (from === undefined || from === batchAt) return undefined
  if (from > batchAt)
    throw new BlotterError('usage', `${from} is later than ${batchAt}: a batch is compared with an earlier one.`, {
      todo: `Look at ${from}, and compare it with ${batchAt}.`,
      context: { from, at: batchAt },
    })
  return { batchAt: from, byMark, ...(await loaded.changed(from)) }
}

/** One text for filters that mean the same. */
function sorted({ keys, from, to }: Filters): unknown {
  const ordered = Object.keys(keys)
    .filter((name) => keys[name]!.length > 0)
    .sort()
    .map((name) => [name, [...new Set(keys[name])].sort()])
  return [ordered, from ?? null, to ?? null]
}
