import { BlotterError } from '../../errors.ts'
import { dayOf, firstDayOf, lastDayOf, monthOfDay } from '../memory/calendar.ts'
import type { Definition } from '../definition/definition.ts'
import type { Dictionary } from '../memory/memory.ts'
import type { Condition } from './scan.ts'

/** Which incidents somebody asks for, as a link says it: keys by dimension, and days as `2026-03-01` or `2026-03`. */
export interface Filters {
  keys: Readonly<Record<string, readonly string[]>>
  from?: string | undefined
  to?: string | undefined
}

/** Days since 1970-01-01, both included. */
export interface Period {
  from: number
  to: number
}

/** Throws `usage` for a dimension that the dashboard has not, and for days that are none. */
export function checkFilters(definition: Definition, { keys, from, to }: Filters): { from?: number; to?: number } {
  const known = Object.keys(definition.dimensions).filter((name) => definition.dimensions[name]!.kind !== 'time')
  for (const name of Object.keys(keys)) {
    if (known.includes(name)) continue
    throw new BlotterError('usage', `${quoted(name)} is no dimension of this dashboard.`, {
      todo: `Filter by one of ${known.join(', ')}, or by from= and to=.`,
      context: { given: name },
    })
  }
  const days = {
    ...(from === undefined ? {} : { from: readDay(from, 'first') }),
    ...(to === undefined ? {} : { to: readDay(to, 'last') }),
  }
  if (days.from !== undefined && days.to !== undefined && days.from > days.to)
    throw new BlotterError('usage', `${from} is later than ${to}.`, { todo: 'Name the earlier day by `from`.' })
  return days
}

/** A day, or the first or last one of a month. Throws `usage`. */
function readDay(text: string, which: 'first' | 'last'): number {
  const first = dayOf(/^\d{4}-\d\d$/.test(text) ? `${text}-01` : text)
  if (first !== undefined) return text.length > 7 || which === 'first' ? first : lastDayOf(monthOfDay(first))
  throw new BlotterError('usage', `${quoted(text)} is no day.`, {
    todo: 'Write days as 2026-03-01, or a whole month as 2026-03.',
    context: { given: text },
  })
}

/** A period as `FROM..TO`. Throws `usage`. */
export function readPeriod(text: string): Period {
  const [from, to, ...more] = text.split('..')
  if (from === undefined || to === undefined || more.length > 0)
    throw new BlotterError('usage', `${quoted(text)} is no period.`, {
      todo: 'Write none, previous_year, previous_period, or two days as 2025-01-01..2025-06-30.',
      context: { given: text },
    })
  const period = { from: readDay(from, 'first'), to: readDay(to, 'last') }
  if (period.from <= period.to) return period
  throw new BlotterError('usage', `${from} is later than ${to}.`, { todo: 'Name the earlier day first.' })
}

/** The filters as conditions on codes. Keys that no incident has are told: they let nothing pass. */
export function conditionsOf(
  dictionaries: Readonly<Record<string, Dictionary>>,
  sizes: Readonly<Record<string, number>>,
  { keys }: Filters,
): { conditions: Condition[]; unmatched: string[] } {
  const unmatched: string[] = []
  const conditions = Object.entries(keys).flatMap(([dimension, wanted]): Condition[] => {
    if (wanted.length === 0) return []
    const passes = new Uint8Array(sizes[dimension]!)
    for (const key of wanted) {
      const code = dictionaries[dimension]!.codeOf.get(key)
      if (code === undefined) unmatched.push(`${dimension}=${key}`)
      else passes[code] = 1
    }
    return [{ dimension, passes }]
  })
  return { conditions, unmatched }
}

export function isWholeMonths({ from, to }: Period): boolean {
  return firstDayOf(monthOfDay(from)) === from && lastDayOf(monthOfDay(to)) === to
}

/** As people sent it, but no longer than a line. */
function quoted(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text)
}
