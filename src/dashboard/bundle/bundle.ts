import { readFile } from 'node:fs/promises'
import { askFigures } from '../ask.ts'
import { csvLine } from '../csv.ts'
import type { DashboardDesk } from '../dashboards.ts'
import type { DashboardFigures } from '../figures.ts'
import { pageHtml, publicMarks } from './page.ts'

export interface BundleWish {
  at: string
  /** Counts below it are withheld; 0 withholds none. */
  suppressBelow: number
}

export interface Bundle {
  batchAt: string
  files: { path: string; text: string }[]
}

/**
 * A dashboard at one batch as files that need no server and no script: a page of all incidents, one of each value of the first
 * category, and the data of each chart.
 */
export async function bundleOf(dashboards: DashboardDesk, name: string, { at, suppressBelow }: BundleWish): Promise<Bundle> {
  const { loaded } = await dashboards.open(name, at)
  const { definition, memory } = loaded
  const { sortedBy } = memory.columns
  const ask = async (keys: Record<string, string[]>): Promise<DashboardFigures> => {
    const wish = { at: memory.batchAt, filters: { keys }, compare: 'none' }
    return JSON.parse(await askFigures(dashboards, name, wish)) as DashboardFigures
  }
  const values = memory.dictionaries[sortedBy]!.keys
  const fileOf = (code: number): string => `${sortedBy}-${code}.html`
  const linkOf = (dimension: string, key: string): string | undefined => {
    const code = memory.dictionaries[sortedBy]!.codeOf.get(key)
    return dimension === sortedBy && code !== undefined && code > 0 ? fileOf(code) : undefined
  }
  const page = { definition, suppressBelow, zone: dashboards.lake.timezone, linkOf }
  const whole = await ask({})
  const files = [
    { path: 'style.css', text: await readFile(new URL('style.css', import.meta.url), 'utf8') },
    { path: 'index.html', text: pageHtml({ ...page, figures: whole }) },
  ]
  for (const id of Object.keys(whole.charts)) files.push({ path: `data/${id}.csv`, text: dataOf(whole, id, suppressBelow) })
  for (const [code, narrowed] of values.entries()) {
    if (code === 0) continue
    const figures = await ask({ [sortedBy]: [narrowed] })
    files.push({ path: fileOf(code), text: pageHtml({ ...page, figures, narrowed }) })
  }
  return { batchAt: memory.batchAt, files }
}

function dataOf(figures: DashboardFigures, chart: string, below: number): string {
  const lines = publicMarks(figures, chart, below).map(({ key, label = key, value, base, share }) => [
    key,
    label,
    value,
    base,
    share,
  ])
  return [['key', 'label', 'value', 'base', 'share'], ...lines].map(csvLine).join('')
}
