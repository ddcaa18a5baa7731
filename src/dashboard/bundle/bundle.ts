import { askFigures } from '../ask.ts'
import type { Shape } from '../definition/boundaries.ts'
import { csvLine } from '../csv.ts'
import type { DashboardDesk } from '../dashboards.ts'
import type { Definition } from '../definition/definition.ts'
import type { DashboardFigures } from '../figures.ts'
import { UNKNOWN } from '../memory/keyed.ts'
import { calm, dayText } from './markup.ts'
import { pageHtml } from './page.ts'
import { isSmall, type Rows, withhold, type Withheld } from './protect.ts'
import { type PublicMark, publicMarks } from './public-mark.ts'
import { styleSheet } from './style.ts'

export interface BundleWish {
  at: string
  /** Counts below it are withheld; 0 withholds none. */
  suppressBelow: number
}

export interface Bundle {
  batchAt: string
  files: { path: string; text: string }[]
}

/** A page to write: of all incidents, or of those of one value. */
interface Page {
  path: string
  key: string | undefined
  figures: DashboardFigures
}

/**
 * A dashboard at one batch as files that need no server and no script: a page of all incidents, one of each value of the first
 * category, and the data of each chart. Small counts are withheld on each page, and nothing of them follows from all of them.
 */
export async function bundleOf(dashboards: DashboardDesk, name: string, { at, suppressBelow }: BundleWish): Promise<Bundle> {
  const { loaded } = await dashboards.open(name, at)
  const { definition, memory } = loaded
  const { sortedBy } = memory.columns
  const ask = async (keys: Record<string, string[]>): Promise<DashboardFigures> => {
    const wish = { at: memory.batchAt, filters: { keys }, compare: 'none', isWhole: true }
    return JSON.parse(await askFigures(dashboards, name, wish)) as DashboardFigures
  }
  const pages: Page[] = [{ path: 'index.html', key: undefined, figures: await ask({}) }]
  for (const [code, key] of memory.dictionaries[sortedBy]!.keys.entries())
    if (code > 0) pages.push({ path: `${sortedBy}-${code}.html`, key, figures: await ask({ [sortedBy]: [key] }) })
  const shapes = new Map<string, readonly Shape[]>()
  for (const one of new Set(definition.charts.flatMap((chart) => ('boundaries' in chart ? (chart.boundaries ?? []) : []))))
    shapes.set(one, await dashboards.shapes(name, one))
  const files = [{ path: 'style.css', text: await styleSheet() }]
  const told = tell(definition, sortedBy, pages, suppressBelow)
  const labelOf = labels(definition, sortedBy)
  const listed = told.map(({ path, key }) => ({ path, label: key === undefined ? 'All' : labelOf(key) }))
  const linkOf = (dimension: string, key: string): string | undefined =>
    dimension === sortedBy ? told.find((page) => page.key === key)?.path : undefined
  for (const { path, key, figures, isTold, marks } of told) {
    const narrowed = key === undefined ? undefined : labelOf(key)
    const page = { definition, figures, isTold, marks, shapes, suppressBelow, zone: dashboards.lake.timezone, narrowed }
    files.push({ path, text: pageHtml({ ...page, pages: listed, linkOf }) })
  }
  for (const [id, marks] of told[0]!.marks) files.push({ path: `data/${id}.csv`, text: dataOf(marks) })
  return { batchAt: memory.batchAt, files }
}

interface ToldPage extends Page {
  isTold: boolean
  marks: Map<string, PublicMark[]>
}

/** The pages that may be written, with what each chart of them may show. */
function tell(definition: Definition, sortedBy: string, pages: readonly Page[], below: number): ToldPage[] {
  const charts = definition.charts.flatMap((chart) => ('dimension' in chart ? [chart] : []))
  const rowsOf = (id: string): Rows =>
    pages.map(({ figures }) => new Map(figures.charts[id]!.marks.map((mark) => [mark.key, mark])))
  const [whole] = pages.map(({ figures }) => figures.cards)
  const isAnythingTold = ![whole!.value, whole!.base, whole!.base - whole!.value].some((n) => isSmall(n, below))
  const own = charts.find(({ dimension }) => dimension === sortedBy)
  // Totals of pages are what the chart of their dimension tells: it is the same on each of them.
  const parts = new Map(pages.slice(1).map(({ key, figures }) => [key!, figures.cards]))
  const [ofParts = new Set<string>()] = withhold([own ? rowsOf(own.id)[0]! : parts], [isAnythingTold], below)
  const isTold = pages.map(({ key }) => isAnythingTold && (key === undefined || (ofParts !== 'all' && !ofParts.has(key))))
  const told = pages.map((page, i): ToldPage => ({ ...page, isTold: isTold[i]!, marks: new Map() }))
  for (const { id, dimension } of charts) {
    const isInOrder = ['time', 'weekday_hour'].includes(definition.dimensions[dimension]!.kind)
    const withheld: readonly Withheld[] =
      dimension === sortedBy ? pages.map(() => ofParts) : withhold(rowsOf(id), isTold, below)
    told.forEach(({ figures, marks }, i) => {
      const shown = publicMarks(figures.charts[id]!.marks, withheld[i]!, labels(definition, dimension), { isInOrder })
      if (shown) marks.set(id, shown)
    })
  }
  return told.filter((_, i) => i === 0 || isTold[i])
}

const FLAGS: Readonly<Record<string, string>> = { true: 'yes', false: 'no' }

/** What people read for a key of a dimension. */
function labels(definition: Definition, name: string): (key: string, told?: string) => string {
  const { kind, label } = definition.dimensions[name]!
  return (key, told) => {
    if (told !== undefined) return told
    if (key === UNKNOWN) return `${label} unknown`
    if (kind === 'boolean') return `${label}: ${FLAGS[key] ?? key}`
    return kind === 'time' ? dayText(key) : calm(key)
  }
}

function dataOf(marks: readonly PublicMark[]): string {
  const lines = marks.map(({ key, label, value, base, share }) => [key, label, value, base, share])
  return [['key', 'label', 'value', 'base', 'share'], ...lines].map(csvLine).join('')
}
