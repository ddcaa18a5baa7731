import { draw, saltOf, TWO_32 } from './random.ts'
import { readTable } from './tables.ts'

/** Days are counted from 1 January 2001, the first day of the city's table. */
const EPOCH_MS = Date.UTC(2001, 0, 1)
const DAY_MS = 86_400_000

export const FIRST_YEAR = 2001
/** 20 November 2026: what `day=0` publishes. */
export const PUBLISHED_ON_DAY_ZERO = (Date.UTC(2026, 10, 20) - EPOCH_MS) / DAY_MS
/** The newest incident that is published is this many days old. */
export const PUBLISHING_LAG = 7
/** The last day of the calendar: what the last `day` may publish. */
const LAST_DAY = PUBLISHED_ON_DAY_ZERO + 366

export interface Calendar {
  /** By day: `2024-03-10`. */
  readonly text: readonly string[]
  readonly year: Uint16Array
  /** By day: incidents that the whole city would report then. */
  readonly weight: Float64Array
  /** By day: 1 where clocks go from 02:00 to 03:00. */
  readonly springsForward: Uint8Array
  /** By day: the second at which that day's changes were published, as `2024-03-10 15:40:52`. */
  readonly published: readonly string[]
}

export function makeCalendar(seed: number): Calendar {
  const days = LAST_DAY + 1
  const text: string[] = []
  const published: string[] = []
  const year = new Uint16Array(days)
  const springsForward = new Uint8Array(days)
  const second = saltOf(seed, 'published')
  for (let day = 0; day < days; day++) {
    const date = dateOf(day)
    const at = date.toISOString().slice(0, 10)
    const late = 34 + (draw(second, day) % 110)
    text.push(at)
    published.push(`${at} 15:${39 + Math.floor(late / 60)}:${two(late % 60)}`)
    year[day] = date.getUTCFullYear()
    springsForward[day] = Number(springForwardDay(date))
  }
  return { text, year, weight: weights(seed, days), springsForward, published }
}

/** The day's number of a date such as `2018-02-10`. */
export function dayOf(date: string): number {
  return (Date.parse(`${date}T00:00:00Z`) - EPOCH_MS) / DAY_MS
}

const WEEKDAY = [0.946, 0.99, 1.004, 1.01, 1, 1.055, 1.0]
const NEW_YEAR = 1.75
const FIRST_OF_MONTH = 1.17
const CHRISTMAS = 0.6
const DAY_TO_DAY = 0.12

/** Months as published, spread over their days: people report more on Fridays, on the first, and on New Year's Day. */
function weights(seed: number, days: number): Float64Array {
  const months = readTable('months').flatMap((row) =>
    Object.values(row)
      .slice(1)
      .map((hundreds) => 100 * Number(hundreds)),
  )
  const noise = saltOf(seed, 'day-to-day')
  const weight = new Float64Array(days)
  const sums = new Map<number, number>()
  for (let day = 0; day < days; day++) {
    const date = dateOf(day)
    let shape = WEEKDAY[date.getUTCDay()]! * (1 + DAY_TO_DAY * (draw(noise, day) / TWO_32 - 0.5))
    if (date.getUTCDate() === 1) shape *= date.getUTCMonth() === 0 ? NEW_YEAR : FIRST_OF_MONTH
    if (date.getUTCMonth() === 11 && date.getUTCDate() === 25) shape *= CHRISTMAS
    weight[day] = shape
    sums.set(monthOf(date), (sums.get(monthOf(date)) ?? 0) + shape)
  }
  const lastWhole = monthOf(dateOf(days - 1)) - 1
  for (let day = 0; day < days; day++) {
    let month = monthOf(dateOf(day))
    const sum = sums.get(Math.min(month, lastWhole))!
    // Months past the last published one repeat those of a year before.
    while (!months[month]) month -= 12
    weight[day] = (weight[day]! / sum) * months[month]!
  }
  return weight
}

function dateOf(day: number): Date {
  return new Date(EPOCH_MS + day * DAY_MS)
}

function monthOf(date: Date): number {
  return (date.getUTCFullYear() - FIRST_YEAR) * 12 + date.getUTCMonth()
}

/** The second Sunday of March, and before 2007 the first of April (Energy Policy Act of 2005). */
function springForwardDay(date: Date): boolean {
  if (date.getUTCDay() !== 0) return false
  const [month, first] = date.getUTCFullYear() < 2007 ? [3, 1] : [2, 8]
  return date.getUTCMonth() === month && date.getUTCDate() >= first && date.getUTCDate() < first + 7
}

export function two(number: number): string {
  return number < 10 ? `0${number}` : String(number)
}
