import { addMonths, firstDayOf, lastDayOf, monthOfDay } from './memory/calendar.ts'
import { isWholeMonths, type Period, readPeriod } from './count/filters.ts'

/** Two periods to compare, each of them complete. */
export interface Compared {
  now: Period
  earlier: Period
}

/** What a figure was in the earlier period, and whether the difference is more than chance would make. */
export interface ComparedFigure {
  now: number
  value: number
  base: number
  z: number
  is_marked: boolean
}

const YEAR = 12

/**
 * The periods that a wish to compare means: `previous_year`, `previous_period` or `FROM..TO`. What is shown is cut to what is
 * complete: whole months if it begins with one, else whole days. Where all of time is shown, it is the last twelve complete
 * months. Undefined if there is nothing complete, or the data do not reach back so far. Throws `usage`.
 */
export function comparedPeriods(wish: string, shown: Partial<Period>, data: Period): Compared | undefined {
  const given = wish.includes('..') || !['previous_year', 'previous_period'].includes(wish) ? readPeriod(wish) : undefined
  const now = completeOf(shown, data)
  if (!now) return undefined
  const earlier = given ?? earlierOf(wish, now)
  return earlier.from < data.from || earlier.to > data.to ? undefined : { now, earlier }
}

function completeOf(shown: Partial<Period>, data: Period): Period | undefined {
  const lastMonth = lastCompleteMonth(data)
  const isAll = shown.from === undefined && shown.to === undefined
  const from = isAll ? firstDayOf(lastMonth - YEAR + 1) : Math.max(shown.from ?? data.from, data.from)
  const to = Math.min(shown.to ?? data.to, data.to)
  const byMonth = { from, to: Math.min(to, lastDayOf(lastMonth)) }
  if (firstDayOf(monthOfDay(from)) === from && byMonth.to > from && to > byMonth.to) return byMonth
  // The newest day may still be filling.
  const byDay = { from, to: Math.min(to, isWholeMonths({ from, to }) ? to : data.to - 1) }
  return byDay.from <= byDay.to ? byDay : undefined
}

/** The month that data reach the end of; its number. */
export function lastCompleteMonth({ to }: Pick<Period, 'to'>): number {
  const month = monthOfDay(to)
  return lastDayOf(month) === to ? month : month - 1
}

function earlierOf(wish: string, { from, to }: Period): Period {
  const days = to - from + 1
  if (wish === 'previous_period' && !isWholeMonths({ from, to })) return { from: from - days, to: from - 1 }
  const months = wish === 'previous_year' ? YEAR : monthOfDay(to) - monthOfDay(from) + 1
  const end = addMonths(to, -months)
  return { from: addMonths(from, -months), to: lastDayOf(monthOfDay(to)) === to ? lastDayOf(monthOfDay(end)) : end }
}

/** Beyond this, chance alone is no explanation (A. Wheeler’s rule for counts of crimes). */
const MARKED = 3

/**
 * Compares two counts as Poisson counts: the square root of such a count has a standard deviation of about ½ whatever its
 * size, so that z = 2(√now − √expected) tells by how many of them a count is away from what the earlier period leads to
 * expect. `ratio` is the length of the period now to that of the earlier one.
 */
export function comparedFigure(now: number, value: number, base: number, ratio: number): ComparedFigure {
  const z = 2 * (Math.sqrt(now) - Math.sqrt(value * ratio))
  return { now, value, base, z: Math.round(z * 100) / 100, is_marked: Math.abs(z) > MARKED }
}

export function lengthRatio({ now, earlier }: Compared): number {
  // Months and years of the calendar count as equally long.
  if (isWholeMonths(now) && isWholeMonths(earlier)) return monthsIn(now) / monthsIn(earlier)
  return (now.to - now.from + 1) / (earlier.to - earlier.from + 1)
}

function monthsIn({ from, to }: Period): number {
  return monthOfDay(to) - monthOfDay(from) + 1
}
