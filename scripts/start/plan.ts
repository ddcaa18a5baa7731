import { type BatchAt, batchAtOf, secondAfter } from '../../src/model/batch-at.ts'

/** The synthetic city: always the same one, so that what people see can be talked about. */
export const DEMO = { rows: 300_000, seed: 1, lastDay: 366 } as const

/** Days that a city has at least after `npm start`. */
const AT_LEAST = 3
const DAY_MS = 86_400_000
const HOUR_OF_BATCH = 6

export interface PlannedDay {
  /** Day of the city, counted from 0. */
  day: number
  source: string
  batchAt: BatchAt
}

/**
 * What to make: enough for three days, or one more than were `made` already (by default as many as there are batches). Batches
 * are a day apart at 06:00 UTC and never in the future; where the last one was today already, the next is now.
 */
export function planDays(batches: readonly BatchAt[], now: Date, made: number = batches.length): PlannedDay[] {
  const wanted = Math.max(AT_LEAST, made + 1)
  const days: PlannedDay[] = []
  let newest = batches.at(-1)
  for (let day = made; day < wanted; day++) {
    newest = newest === undefined ? firstMorning(now, wanted) : nextBatch(newest, now)
    days.push({ day, source: sourceOf(day), batchAt: newest })
  }
  return days
}

/** How many days of the city the newest of these sources has seen; undefined where none is of one. */
export function daysMade(sources: readonly string[]): number | undefined {
  const newest = sources.find((source) => source.startsWith('demo:'))
  return newest === undefined ? undefined : Number(URL.parse(newest)?.searchParams.get('day') ?? 0) + 1
}

function sourceOf(day: number): string {
  return `demo://chicago?rows=${DEMO.rows}&seed=${DEMO.seed}&day=${Math.min(day, DEMO.lastDay)}`
}

/** So many mornings ago that the last batch is this morning's, or yesterday's where it is not six yet. */
function firstMorning(now: Date, batches: number): BatchAt {
  const today = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate(), HOUR_OF_BATCH)
  const last = today <= now.getTime() ? today : today - DAY_MS
  return batchAtOf(new Date(last - (batches - 1) * DAY_MS))
}

function nextBatch(newest: BatchAt, now: Date): BatchAt {
  const dayLater = Date.parse(newest) + DAY_MS
  if (dayLater <= now.getTime()) return batchAtOf(new Date(dayLater))
  const thisSecond = batchAtOf(now)
  return thisSecond > newest ? thisSecond : secondAfter(newest)
}
