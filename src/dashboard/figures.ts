import { dayText, firstDayOf, lastDayOf, monthOfDay } from './memory/calendar.ts'
import {
  type Compared,
  type ComparedFigure,
  comparedFigure,
  comparedPeriods,
  lastCompleteMonth,
  lengthRatio,
} from './compare.ts'
import { count, type Held, type Wish } from './count/count.ts'
import type { Counters } from './count/counters.ts'
import type { Chart, Definition } from './definition/definition.ts'
import { checkFilters, conditionsOf, type Filters, type Period } from './count/filters.ts'
import { STATE, STATES } from './memory/keyed.ts'
import type { Dictionary, Memory } from './memory/memory.ts'
import type { Figures } from './count/scan.ts'
import { shareOf } from './count/share.ts'

/** What somebody wants to see. */
export interface Asked {
  filters: Filters
  /** none, previous_year, previous_period, or FROM..TO. */
  compare: string
  /** True where all values of a chart are wanted, and none is put together as other. */
  isWhole?: boolean
}

export interface Mark {
  key: string
  label?: string
  value: number
  base: number
  share: number | null
  compared?: ComparedFigure
  since_batch?: number
  spark?: number[]
}

export interface ChartFigures {
  marks: Mark[]
  unfinished?: string
  other?: { value: number; base: number; count: number }
}

export interface DashboardFigures {
  batch_at: string
  period: { from: string; to: string }
  compared_period?: { now: { from: string; to: string }; earlier: { from: string; to: string } } | null
  cards: {
    value: number
    base: number
    unknown: number
    share: number | null
    change: { since: string; value: number } | null
    data_through: string
  }
  charts: Record<string, ChartFigures>
  /** Filters that no incident has. */
  unmatched: string[]
}

/** The changes since another batch: the changed incidents as they were then, and as they are. */
export interface Since {
  batchAt: string
  before: Held
  after: Held
  /** True where somebody asked to compare with that batch: then each mark tells it. */
  byMark: boolean
}

export interface FiguresInput {
  counters: Counters
  definition: Definition
  memory: Memory
  held: Held
  asked: Asked
  since: Since | undefined
}

const SPARK_MONTHS = 12

type Drawn = Extract<Chart, { dimension: string }>

/** All figures of a dashboard: each chart ignores the filters on its own dimension, and heeds all others. */
export async function dashboardFigures(input: FiguresInput): Promise<DashboardFigures> {
  const { definition, memory, asked, held, since } = input
  const { calendar, dictionaries, columns } = memory
  const data: Period = { from: calendar.firstDay, to: calendar.lastDay }
  const shown = checkFilters(definition, asked.filters)
  const period = { from: Math.max(shown.from ?? data.from, data.from), to: Math.min(shown.to ?? data.to, data.to) }
  const compared = asked.compare === 'none' ? undefined : comparedPeriods(asked.compare, shown, data)
  const { conditions, unmatched } = conditionsOf(dictionaries, columns.sizes, asked.filters)
  const charts = definition.charts.filter((chart): chart is Drawn => 'dimension' in chart)
  const among = (days: Period | undefined, dimension?: string): Wish => ({
    dimension,
    conditions: conditions.filter((condition) => condition.dimension !== dimension),
    days: days && dimension !== columns.time ? { from: days.from - data.from, to: days.to - data.from } : undefined,
  })
  const isAll = shown.from === undefined && shown.to === undefined
  const days = isAll ? undefined : period
  const asShown = [among(days), ...charts.map(({ dimension }) => among(days, dimension))]
  const comparing = compared
    ? [compared.now, compared.earlier].flatMap((one) => charts.map(({ dimension }) => among(one, dimension)))
    : []
  const sparkMonths = lastMonths(lastCompleteMonth({ to: Math.min(period.to, data.to) }))
  const sparked = charts.filter((chart) => chart.kind === 'ranked_bars' && chart.spark)
  const sparking = sparked.flatMap(({ dimension }) =>
    sparkMonths.map((month) => among({ from: firstDayOf(month), to: lastDayOf(month) }, dimension)),
  )
  const [counted, before, after] = await Promise.all([
    count(input.counters, held, [...asShown, ...comparing, ...sparking]),
    since && count(input.counters, since.before, since.byMark ? asShown : asShown.slice(0, 1)),
    since && count(input.counters, since.after, since.byMark ? asShown : asShown.slice(0, 1)),
  ])
  const take = (from: number, n: number): Figures[] => counted.slice(from, from + n)
  const main = take(1, charts.length)
  const now = take(1 + charts.length, compared ? charts.length : 0)
  const earlier = take(1 + charts.length + now.length, now.length)
  const sparks = counted.slice(asShown.length + comparing.length)
  const told = charts.map((chart, i): [string, ChartFigures] => {
    const own = sparked.indexOf(chart)
    return [
      chart.id,
      chartFigures({
        chart,
        isWhole: asked.isWhole ?? false,
        memory,
        selected: asked.filters.keys[chart.dimension] ?? [],
        labels: labelsOf(definition, chart.dimension),
        figures: main[i]!,
        compared: compared && { periods: compared, now: now[i]!, earlier: earlier[i]! },
        since: since?.byMark ? { before: before![i + 1]!, after: after![i + 1]! } : undefined,
        sparks: own < 0 ? undefined : sparks.slice(own * SPARK_MONTHS, (own + 1) * SPARK_MONTHS),
      }),
    ]
  })
  return {
    batch_at: memory.batchAt,
    period: periodText(period),
    ...(asked.compare === 'none'
      ? {}
      : { compared_period: compared ? { now: periodText(compared.now), earlier: periodText(compared.earlier) } : null }),
    cards: {
      ...figureOf(counted[0]!, 0),
      unknown: counted[0]![STATE.unknown]!,
      change: since ? { since: since.batchAt, value: after![0]![STATE.value]! - before![0]![STATE.value]! } : null,
      data_through: dayText(data.to),
    },
    charts: Object.fromEntries(told),
    unmatched,
  }
}

function lastMonths(last: number): number[] {
  return Array.from({ length: SPARK_MONTHS }, (_, i) => last - SPARK_MONTHS + 1 + i)
}

interface ChartInput {
  chart: Drawn
  isWhole: boolean
  memory: Memory
  /** Keys of its own dimension that are filtered by: they are shown in any case. */
  selected: readonly string[]
  labels: Readonly<Record<string, string>>
  figures: Figures
  compared: { periods: Compared; now: Figures; earlier: Figures } | undefined
  since: { before: Figures; after: Figures } | undefined
  sparks: Figures[] | undefined
}

function chartFigures(input: ChartInput): ChartFigures {
  const { chart, memory, selected } = input
  const { calendar, columns, dictionaries } = memory
  if (chart.dimension === columns.time) {
    const unfinished = lastCompleteMonth({ to: calendar.lastDay }) < monthOfDay(calendar.lastDay)
    const marks = calendar.months.map((key, code) => ({ ...mark(input, key, code), ...monthCompared(input, code) }))
    return { marks, ...(unfinished ? { unfinished: calendar.months.at(-1)! } : {}) }
  }
  const { keys } = dictionaries[chart.dimension] as Dictionary
  const isGrid = chart.kind === 'heat_map'
  const marks = keys
    .map((key, code) => ({ ...mark(input, key, code), ...codeCompared(input, code) }))
    .filter(
      (one) =>
        (isGrid && one.key !== keys[0]) || one.base > 0 || (one.compared?.base ?? 0) > 0 || (one.since_batch ?? 0) !== 0,
    )
  if (isGrid || chart.kind === 'hexagon_map') return { marks }
  marks.sort((a, b) => b.value - a.value || b.base - a.base)
  const top = chart.kind === 'ranked_bars' && !input.isWhole ? chart.top : undefined
  const [kept, rest]: [Mark[], Mark[]] = [[], []]
  marks.forEach((one, i) => (top === undefined || i < top || selected.includes(one.key) ? kept : rest).push(one))
  if (rest.length === 0) return { marks: kept }
  const sum = (of: (one: Mark) => number): number => rest.reduce((total, one) => total + of(one), 0)
  return { marks: kept, other: { value: sum((one) => one.value), base: sum((one) => one.base), count: rest.length } }
}

function mark({ figures, labels, since, sparks }: ChartInput, key: string, code: number): Mark {
  const place = code * STATES + STATE.value
  return {
    key,
    ...(Object.hasOwn(labels, key) ? { label: labels[key]! } : {}),
    ...figureOf(figures, code),
    ...(since ? { since_batch: since.after[place]! - since.before[place]! } : {}),
    ...(sparks ? { spark: sparks.map((month) => month[place]!) } : {}),
  }
}

function figureOf(figures: Figures, code: number): { value: number; base: number; share: number | null } {
  const value = figures[code * STATES + STATE.value]!
  let base = 0
  for (let state = 0; state < STATES; state++) base += figures[code * STATES + state]!
  return { value, base, share: shareOf(value, base) }
}

function codeCompared({ compared }: ChartInput, code: number): { compared?: ComparedFigure } {
  if (!compared) return {}
  const [now, earlier] = [figureOf(compared.now, code), figureOf(compared.earlier, code)]
  return { compared: comparedFigure(now.value, earlier.value, earlier.base, lengthRatio(compared.periods)) }
}

/** A month is compared with the one that stands in its place in the earlier period; others with none. */
function monthCompared({ compared, figures, memory }: ChartInput, code: number): { compared?: ComparedFigure } {
  if (!compared) return {}
  const { firstMonth, months } = memory.calendar
  const { now, earlier } = compared.periods
  const month = firstMonth + code
  const other = code - (monthOfDay(now.from) - monthOfDay(earlier.from))
  const isWhole = firstDayOf(month) >= now.from && lastDayOf(month) <= now.to
  if (!isWhole || other < 0 || other >= months.length || lastDayOf(firstMonth + other) > earlier.to) return {}
  const then = figureOf(figures, other)
  return { compared: comparedFigure(figureOf(figures, code).value, then.value, then.base, 1) }
}

function labelsOf(definition: Definition, name: string): Readonly<Record<string, string>> {
  const dimension = definition.dimensions[name]!
  return dimension.kind === 'category' ? dimension.labels : {}
}

function periodText({ from, to }: Period): { from: string; to: string } {
  return { from: dayText(from), to: dayText(to) }
}
