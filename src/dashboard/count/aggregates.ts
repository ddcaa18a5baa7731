import { type Cube, pairsOf } from './cube.ts'
import { STATES } from '../memory/keyed.ts'
import type { Calendar, Columns } from '../memory/memory.ts'
import type { Figures } from './scan.ts'
import { segmentsOf } from '../memory/segments.ts'
import type { Counters } from './counters.ts'

/** What is counted beforehand: each dimension by itself, and the pairs that are worth it. Days are put together to months. */
export interface Aggregates {
  singles: Readonly<Record<string, Figures>>
  cubes: readonly Cube[]
  sizeBytes: number
}

/** Counts everything that is worth counting beforehand, on all threads. */
export async function aggregate(counters: Counters, id: number, columns: Columns, calendar: Calendar): Promise<Aggregates> {
  const names = Object.keys(columns.sizes)
  const whole = { segments: segmentsOf(columns, undefined, undefined), conditions: [], counts: names }
  const pairs = pairsOf(columns, calendar.months.length)
  const [[counted], cubes] = await Promise.all([
    counters.scan(id, columns, [whole]),
    Promise.all(pairs.map(([first, second]) => counters.cube(id, calendar, first, second))),
  ])
  const singles = Object.fromEntries(
    names.map((name, i) => [name, name === columns.time ? toMonths(counted!.figures[i]!, calendar) : counted!.figures[i]!]),
  )
  return { singles, cubes, sizeBytes: cubes.reduce((sum, { figures }) => sum + figures.byteLength, 0) }
}

/** Figures of days as figures of months. */
export function toMonths(days: Figures, { months, monthOf }: Calendar): Figures {
  const figures = new Uint32Array(months.length * STATES)
  monthOf.forEach((month, day) => {
    for (let state = 0; state < STATES; state++) figures[month * STATES + state]! += days[day * STATES + state]!
  })
  return figures
}
