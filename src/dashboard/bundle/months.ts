import { counted, dayText, escaped, folded, percent, table } from './markup.ts'
import type { PublicMark, Words } from './public-mark.ts'

const HEIGHT = 180
const TOP = 12
const BOTTOM = 24
const LEFT = 44
/** Wide enough for months, and so narrow that years stand in their place. */
const WIDE = 1080
const NARROW = 340

/** A column a month, with the one that is not over hatched; on a phone a column a year. All months are in a table below. */
export function months(marks: readonly PublicMark[], unfinished: string | undefined, words: Words): string {
  const rows = marks.map(({ label, value, base, share }) => [label, counted(value), counted(base), percent(share)])
  const heads = [
    { head: 'Month' },
    { head: words.value, isNumber: true },
    { head: `all ${words.base}`, isNumber: true },
    { head: 'share', isNumber: true },
  ]
  const span = `from ${marks[0]?.label ?? ''} to ${marks.at(-1)?.label ?? ''}`
  const label = `${words.value} by month, ${span}; the table below has the numbers`
  const wide = drawing(marks, unfinished, { width: WIDE, name: 'by-month', label, ticks: 4 })
  const narrow = drawing(byYear(marks), unfinished, { width: NARROW, name: 'by-year', label, ticks: 4 })
  const note = unfinished === undefined ? '' : `<p class="note">${escaped(dayText(unfinished))} is not over.</p>`
  return `${wide}${narrow}${note}${folded('Every month', table(heads, rows))}`
}

function byYear(marks: readonly PublicMark[]): PublicMark[] {
  return [...Map.groupBy(marks, ({ key }) => key.slice(0, 4))].map(([year, all]) => {
    // A year of which a month is withheld would tell it.
    const sum = (of: 'value' | 'base'): number | null =>
      all.some((mark) => mark[of] === null) ? null : all.reduce((total, mark) => total + mark[of]!, 0)
    return { key: year, label: year, value: sum('value'), base: sum('base'), share: null }
  })
}

interface Frame {
  width: number
  name: string
  label: string
  ticks: number
}

function drawing(
  marks: readonly PublicMark[],
  unfinished: string | undefined,
  { width, name, label, ticks }: Frame,
): string {
  const step = stepOf(Math.max(1, ...marks.map(({ base }) => base ?? 0)), ticks)
  const top = Math.ceil(Math.max(1, ...marks.map(({ base }) => base ?? 0)) / step) * step
  const y = (n: number): number => rounded(HEIGHT - BOTTOM - (n / top) * (HEIGHT - BOTTOM - TOP))
  const pace = (width - LEFT) / Math.max(1, marks.length)
  const x = (i: number): number => rounded(LEFT + i * pace)
  const wide = rounded(Math.max(0.8, pace - (pace > 6 ? 2 : 0.5)))
  const lines = Array.from({ length: Math.round(top / step) + 1 }, (_, i) => i * step).map(
    (n) =>
      `<path d="M${LEFT} ${y(n)}H${width}"/><text x="${LEFT - 8}" y="${y(n) + 4}" text-anchor="end">${counted(n)}</text>`,
  )
  const years = marks.flatMap(({ key }, i) =>
    key.length === 4 || key.endsWith('-01') ? [[key.slice(0, 4), i] as const] : [],
  )
  const every = Math.ceil(44 / Math.max(1, (years[1]?.[1] ?? 1) * pace - (years[0]?.[1] ?? 0) * pace))
  const marked = years
    .filter(([, i], n) => n % every === 0 && x(i) < width - 30)
    .map(([year, i]) => `<text x="${x(i)}" y="${HEIGHT - 6}">${year}</text>`)
  const shapes = marks.map(({ key, label: text, value, base }, i) => {
    const isOver = unfinished === undefined || !unfinished.startsWith(key)
    const rect = (n: number, kind: string): string =>
      `<rect class="${kind}" x="${x(i)}" y="${y(n)}" width="${wide}" height="${rounded(HEIGHT - BOTTOM - y(n))}"/>`
    const title = `${text}: ${counted(value)} of ${counted(base)}`
    return `<g><title>${escaped(title)}</title>${rect(base ?? 0, 'base')}${rect(value ?? 0, isOver ? 'value' : 'value unfinished')}</g>`
  })
  return `<svg class="columns ${name}" viewBox="0 0 ${width} ${HEIGHT}" role="img" aria-label="${escaped(label)}">
<g class="axis">${lines.join('')}${marked.join('')}</g>${shapes.join('')}</svg>`
}

/** 1, 2 or 5 times a power of ten. */
function stepOf(most: number, wanted: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, most / wanted)))
  return Math.max(1, [1, 2, 5, 10].map((factor) => factor * power).find((step) => step * wanted >= most) ?? power * 10)
}

function rounded(n: number): number {
  return Math.round(n * 10) / 10
}
