import type { Mark } from './mark.ts'

/** A stretch of days, both ends included: `2026-03-01` to `2026-03-31`. */
export interface DayRange {
  from: string
  to: string
}

/** The days of a month `2026-03` or of a year `2026`. */
export function daysOf(key: string): DayRange {
  const [year = 0, month] = key.split('-').map(Number)
  if (month === undefined) return { from: `${key}-01-01`, to: `${key}-12-31` }
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate()
  return { from: `${key}-01`, to: `${key}-${last}` }
}

/** From the beginning of the earlier period to the end of the later one. */
export function spanOf(one: string, other: string): DayRange {
  const [first, last] = one < other ? [one, other] : [other, one]
  return { from: daysOf(first).from, to: daysOf(last).to }
}

/** True if a month or year lies within a stretch as a whole; without one, false. */
export function isWithin(key: string, range: Partial<DayRange>): boolean {
  if (range.from === undefined && range.to === undefined) return false
  const { from, to } = daysOf(key)
  return from >= (range.from ?? from) && to <= (range.to ?? to)
}

/** Months as years, for drawings that are too narrow for months. */
export function byYear(months: readonly Mark[]): Mark[] {
  const years = new Map<string, Mark>()
  for (const { key, value, base, compared } of months) {
    const year = key.slice(0, 4)
    const sum = years.get(year) ?? { key: year, label: year, value: 0, base: 0, share: null }
    sum.value += value
    sum.base += base
    if (compared) {
      const sums = sum.compared ?? { now: 0, value: 0, base: 0, z: 0, is_marked: false }
      sums.now += compared.now
      sums.value += compared.value
      sums.base += compared.base
      sum.compared = sums
    }
    years.set(year, sum)
  }
  return [...years.values()].map((year) => ({ ...year, share: year.base < 10 ? null : year.value / year.base }))
}
