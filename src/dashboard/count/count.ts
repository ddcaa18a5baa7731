import { type Aggregates, toMonths } from './aggregates.ts'
import { firstDayOf } from '../memory/calendar.ts'
import type { Counters } from './counters.ts'
import { type Cube, sliceOf } from './cube.ts'
import { STATES } from '../memory/keyed.ts'
import type { Calendar, Columns } from '../memory/memory.ts'
import type { Condition, Figures, Scan, ScanResult } from './scan.ts'
import { type Days, segmentsOf } from '../memory/segments.ts'

/** Figures that somebody wants: of a dimension, or without one the total, of the incidents that pass. */
export interface Wish {
  dimension?: string | undefined
  conditions: readonly Condition[]
  /** All by default. */
  days?: Days | undefined
}

/**
 * Where the figures of a wish come from: counted beforehand; those of them that pass; out of a cube; or a scan, by its place
 * among those to do.
 */
export type Way =
  | { by: 'single'; of: string }
  | { by: 'own'; passes: Condition }
  | { by: 'cube'; cube: Cube; passes: Condition }
  | { by: 'scan'; scan: number }

export interface CountPlan {
  ways: Way[]
  scans: Scan[]
}

/** Incidents to count among. Without aggregates, as for the few of a ledger, everything is scanned. */
export interface Held {
  /** Under which the counting threads know the columns. */
  id: number
  columns: Columns
  calendar: Calendar
  aggregates: Aggregates | undefined
}

/** The figures of each wish, those of the time dimension by month; a code's stand at `code * STATES`. */
export async function count(counters: Counters, held: Held, wishes: readonly Wish[]): Promise<Figures[]> {
  const parts = wishes.map((wish) => atMonths(held, wish))
  const all = parts.flat()
  const plan = planCounts(held, all)
  const figures = figuresOf(held, all, plan, await counters.scan(held.id, held.columns, plan.scans))
  let taken = 0
  return parts.map(({ length }) => sumOf(figures.slice(taken, (taken += length))))
}

/** A wish for nothing but days as one for the whole months among them, and for the days before and after those. */
export function atMonths({ aggregates, calendar }: Held, wish: Wish): Wish[] {
  const { days, conditions } = wish
  if (!aggregates || !days || conditions.length > 0) return [wish]
  const { firstDay, firstMonth, monthOf } = calendar
  const [from, to] = [Math.max(0, days.from), Math.min(monthOf.length - 1, days.to)]
  if (from > to) return [wish]
  const beginOf = (month: number): number => Math.max(0, firstDayOf(firstMonth + month) - firstDay)
  const [first, last] = [monthOf[from]!, monthOf[to]!]
  const begin = beginOf(first) === from ? from : beginOf(first + 1)
  const end = to === monthOf.length - 1 || beginOf(last + 1) === to + 1 ? to : beginOf(last) - 1
  if (begin > end) return [wish]
  const parts = [
    { from, to: begin - 1 },
    { from: begin, to: end },
    { from: end + 1, to },
  ]
  return parts.filter((part) => part.from <= part.to).map((part) => ({ ...wish, days: part }))
}

function sumOf([first, ...others]: Figures[]): Figures {
  return others.length === 0 ? first! : first!.map((n, i) => others.reduce((sum, one) => sum + one[i]!, n))
}

/**
 * Finds the cheapest way to each wish. No condition: what is counted beforehand. One, and months are whole: a cube, if there
 * is one. Else a scan of the rows that lie within codes and days, which all wishes of the same conditions share.
 */
export function planCounts(held: Held, wishes: readonly Wish[]): CountPlan {
  const scans = new Map<string, { scan: Omit<Scan, 'counts'>; counts: string[]; at: number }>()
  const ways = wishes.map((wish): Way => {
    const { dimension } = wish
    const conditions = held.aggregates && conditionsOf(held, wish)
    if (conditions?.length === 0) return { by: 'single', of: dimension ?? held.columns.sortedBy }
    const [passes, second] = conditions ?? []
    if (passes && !second) {
      if (dimension === undefined || dimension === passes.dimension) return { by: 'own', passes }
      const cube = held.aggregates?.cubes.find((one) => isOf(one, dimension, passes.dimension))
      if (cube) return { by: 'cube', cube, passes }
    }
    const signature = `${wish.days?.from}-${wish.days?.to} ${wish.conditions.map((one) => one.dimension).join(' ')}`
    const shared = scans.get(signature) ?? { scan: scanOf(held, wish), counts: [], at: scans.size }
    scans.set(signature, shared)
    if (dimension !== undefined && !shared.counts.includes(dimension)) shared.counts.push(dimension)
    return { by: 'scan', scan: shared.at }
  })
  return { ways, scans: [...scans.values()].map(({ scan, counts }) => ({ ...scan, counts })) }
}

function figuresOf(held: Held, wishes: readonly Wish[], plan: CountPlan, results: readonly ScanResult[]): Figures[] {
  return wishes.map(({ dimension }, i) => {
    const way = plan.ways[i]!
    if (way.by === 'single') {
      const figures = held.aggregates!.singles[way.of]!
      return dimension === undefined ? totalOf(figures) : figures
    }
    if (way.by === 'scan') {
      const { figures, total } = results[way.scan]!
      if (dimension === undefined) return total
      const counted = figures[plan.scans[way.scan]!.counts.indexOf(dimension)]!
      return dimension === held.columns.time ? toMonths(counted, held.calendar) : counted
    }
    if (way.by === 'cube') return sliceOf(way.cube, sizesOf(held, way.cube), dimension!, way.passes.passes)
    const own = passing(held.aggregates!.singles[way.passes.dimension]!, way.passes.passes)
    return dimension === undefined ? totalOf(own) : own
  })
}

/** A wish's conditions with its days as one on months; undefined where the days cut through a month. */
function conditionsOf({ columns, calendar }: Held, { conditions, days }: Wish): Condition[] | undefined {
  if (!days) return [...conditions]
  const { monthOf, months } = calendar
  const last = monthOf.length - 1
  const [from, to] = [Math.max(0, days.from), Math.min(last, days.to)]
  if (from === 0 && to === last) return [...conditions]
  const passes = new Uint8Array(months.length)
  if (from <= to) {
    const isWhole = (from === 0 || monthOf[from - 1] !== monthOf[from]) && (to === last || monthOf[to + 1] !== monthOf[to])
    if (!isWhole) return undefined
    passes.fill(1, monthOf[from], monthOf[to]! + 1)
  }
  return [...conditions, { dimension: columns.time, passes }]
}

function scanOf({ columns }: Held, { conditions, days }: Wish): Omit<Scan, 'counts'> {
  const ofRows = conditions.find(({ dimension }) => dimension === columns.sortedBy)
  const codes = ofRows && [...ofRows.passes.keys()].filter((code) => ofRows.passes[code] === 1)
  // Whatever lets fewest pass comes first, so that the others have least to look at.
  const others = conditions.filter((condition) => condition !== ofRows).sort((a, b) => portion(a) - portion(b))
  return { segments: segmentsOf(columns, codes, days), conditions: others }
}

function portion({ passes }: Condition): number {
  return passes.reduce((sum, pass) => sum + pass, 0) / passes.length
}

function isOf({ first, second }: Cube, a: string, b: string): boolean {
  return (first === a && second === b) || (first === b && second === a)
}

function sizesOf({ columns, calendar }: Held, { first, second }: Cube): { first: number; second: number } {
  const size = (name: string): number => (name === columns.time ? calendar.months.length : columns.sizes[name]!)
  return { first: size(first), second: size(second) }
}

function passing(figures: Figures, passes: Uint8Array): Figures {
  return figures.map((n, i) => (passes[Math.floor(i / STATES)] === 1 ? n : 0))
}

function totalOf(figures: Figures): Figures {
  const total = new Uint32Array(STATES)
  figures.forEach((n, i) => (total[i % STATES]! += n))
  return total
}
