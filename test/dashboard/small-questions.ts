import fc from 'fast-check'
import type { SmallIncident } from './small-city.ts'

/** What may be asked of the small city's dashboard. */
export interface Question {
  keys: Record<string, string[]>
  from?: string
  to?: string
  compare?: string
}

const days = fc
  .integer({ min: 0, max: 500 })
  .map((n) => new Date(Date.UTC(2024, 0, 10) + n * 86_400_000).toISOString().slice(0, 10))
export const incident = fc.record({
  moment: fc.tuple(days, fc.integer({ min: 0, max: 86_399 })).map(([day, s]) => {
    const clock = [Math.floor(s / 3600), Math.floor(s / 60) % 60, s % 60].map((n) => String(n).padStart(2, '0'))
    return `${day} ${clock.join(':')}`
  }),
  kind: fc.constantFrom('THEFT', "O'Brien", '<script>', null),
  area: fc.constantFrom(1, 2, 3, null),
  night: fc.constantFrom(true, false, null),
  place: fc.option(
    fc.record({
      lat: fc.double({ min: 41.8, max: 42, noNaN: true }),
      lon: fc.double({ min: -87.7, max: -87.5, noNaN: true }),
    }),
  ),
  solved: fc.constantFrom(true, false, null),
})
export const city = fc.array(incident, { minLength: 1, maxLength: 60 }).map((rows) =>
  rows.map(({ place, ...row }, i): SmallIncident => ({
    ...row,
    id: i * 7,
    lat: place?.lat ?? null,
    lon: place?.lon ?? null,
  })),
)
const some = (...keys: string[]) => fc.option(fc.subarray(keys, { minLength: 1 }), { nil: undefined, freq: 1 })
export const question = fc
  .record({
    kind: some('THEFT', "O'Brien", '<script>', 'unknown', 'never seen'),
    hours: some('1-0', '3-12', '7-23', '5-5'),
    area: some('1', '2', 'unknown'),
    night: some('true', 'unknown'),
    days: fc.option(fc.tuple(days, days), { nil: undefined }),
    isWholeMonths: fc.boolean(),
  })
  .map(({ days: period, isWholeMonths, ...keys }): Question => {
    const wanted = Object.fromEntries(Object.entries(keys).flatMap(([name, list]) => (list ? [[name, list]] : [])))
    if (!period) return { keys: wanted }
    const [from, to] = period.sort() as [string, string]
    if (!isWholeMonths) return { keys: wanted, from, to }
    const end = new Date(Date.UTC(Number(to.slice(0, 4)), Number(to.slice(5, 7)), 0)).toISOString().slice(0, 10)
    return { keys: wanted, from: `${from.slice(0, 7)}-01`, to: end }
  })
