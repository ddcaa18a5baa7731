import type { DemoChunk } from '../../../src/index.ts'
import { makeCalendar } from './calendar.ts'
import { makeCaseNumbers } from './case-numbers.ts'
import type { Lore } from './incident.ts'
import { loadLocationKinds } from './location-kinds.ts'
import { loadOffenses } from './offenses.ts'
import { makePlaces } from './places.ts'
import { daily, planChanges } from './plan.ts'
import { draw, saltOf, TWO_32 } from './random.ts'
import { makeSequence, murderIds, NEWEST_ON_DAY_ZERO, otherIds, type SequenceOptions } from './sequence.ts'
import { fill, makeStrand } from './strand.ts'
import { loadTimes } from './times.ts'

const COLUMNS = 22
/** Incidents that become known on an ordinary day, as a share of all since 2001, and how many at least. */
const NEW = { rate: 8.1e-5, least: 14 }

/** A synthetic city on one day. */
export interface City {
  /** One for each incident there ever was, in the order of ids; those that are absent on this day give no row. */
  readonly places: number
  /** The incidents at `count` places from `from` on. Any part can be asked for at any time. */
  chunk(from: number, count: number): DemoChunk
}

export function openCity({ rows, seed, day }: { rows: number; seed: number; day: number }): City {
  const calendar = makeCalendar(seed)
  const offenses = loadOffenses()
  const kinds = loadLocationKinds(offenses)
  const lore: Lore = { seed, calendar, offenses, kinds, places: makePlaces(seed), times: loadTimes(offenses) }
  const murderWeight = calendar.weight.map((weight, on) => weight * offenses.murderShare[calendar.year[on]! - 2001]!)
  const share = sumUpTo(NEWEST_ON_DAY_ZERO, murderWeight) / sumUpTo(NEWEST_ON_DAY_ZERO, calendar.weight)
  const added = addedRows(rows, seed, day, share)
  const strand = (murders: boolean, options: Omit<SequenceOptions, 'calendar' | 'seed'>): ReturnType<typeof makeStrand> => {
    const sequence = makeSequence({ calendar, seed, ...options })
    const caseNumbers = makeCaseNumbers(calendar, sequence, options.weight, murders)
    return makeStrand({ lore, sequence, murders, day, caseNumbers })
  }
  const murders = strand(true, {
    name: 'murders',
    weight: murderWeight,
    rows: Math.round(rows * share),
    added: added.map((one) => one.murders),
    idStart: murderIds,
  })
  const others = strand(false, {
    name: 'others',
    weight: calendar.weight,
    rows: rows - Math.round(rows * share),
    added: added.map((one) => one.others),
    idStart: otherIds(calendar),
  })
  const [murderPlan, otherPlan] = planChanges(lore, day, [murders, others])
  const first = murders.sequence.rows
  const places = first + others.sequence.rows
  return {
    places,
    chunk(from, count) {
      const to = Math.min(from + count, places)
      const columns: unknown[][] = Array.from({ length: COLUMNS }, () => nulls(Math.max(0, to - from)))
      const at = fill(murders, murderPlan!, { columns, at: 0, from, count: Math.min(to, first) - from })
      const start = Math.max(from, first)
      const length = fill(others, otherPlan!, { columns, at, from: start - first, count: to - start })
      for (const column of columns) column.length = length
      return { rows: length, columns }
    },
  }
}

/** Room for a column, of the one shape that holds values of any type without being copied later. */
function nulls(count: number): unknown[] {
  const column: unknown[] = []
  column.length = count
  return column.fill(null)
}

/** What becomes known on days 1 to `day`. */
function addedRows(rows: number, seed: number, day: number, share: number): { murders: number; others: number }[] {
  return Array.from({ length: day }, (_, i) => {
    const drawn = draw(saltOf(seed, 'new'), i + 1)
    const all = daily(rows, NEW.rate, NEW.least, drawn)
    const murders = Math.floor(all * share + draw(drawn, 1) / TWO_32)
    return { murders, others: all - murders }
  })
}

function sumUpTo(last: number, weights: Float64Array): number {
  return weights.subarray(0, last + 1).reduce((sum, weight) => sum + weight, 0)
}
