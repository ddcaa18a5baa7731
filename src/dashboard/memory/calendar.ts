/**
 * Days and months of a wall clock, counted: a day is its number since 1970-01-01, a month its number since January of the
 * year 0. No zone has a say in them.
 */

const DAY_MS = 86_400_000

/** `2026-03-01` as a number of days; undefined for what is no date. */
export function dayOf(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return undefined
  const ms = Date.parse(`${text}T00:00:00Z`)
  const day = ms / DAY_MS
  return Number.isNaN(ms) || dayText(day) !== text ? undefined : day
}

export function dayText(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10)
}

export function monthOfDay(day: number): number {
  const date = new Date(day * DAY_MS)
  return date.getUTCFullYear() * 12 + date.getUTCMonth()
}

/** `2026-03` */
export function monthText(month: number): string {
  return `${String(Math.floor(month / 12)).padStart(4, '0')}-${String((month % 12) + 1).padStart(2, '0')}`
}

export function firstDayOf(month: number): number {
  return Date.UTC(Math.floor(month / 12), month % 12, 1) / DAY_MS
}

export function lastDayOf(month: number): number {
  return firstDayOf(month + 1) - 1
}

/** The same date some months away; the last of the month where that has no such date. */
export function addMonths(day: number, months: number): number {
  const month = monthOfDay(day)
  return Math.min(firstDayOf(month + months) + (day - firstDayOf(month)), lastDayOf(month + months))
}

/** A SQL expression (DuckDB) for the number of the day of a date or time. */
export function dayNumberSql(at: string): string {
  return `date_diff('day', DATE '1970-01-01', (${at})::DATE)`
}
