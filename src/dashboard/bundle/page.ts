import type { Shape } from '../definition/boundaries.ts'
import type { Chart, Definition } from '../definition/definition.ts'
import type { DashboardFigures } from '../figures.ts'
import { rankedBars } from './bars.ts'
import { hours } from './hours.ts'
import { boundaryMap, hexagonMap } from './maps.ts'
import { batchText, counted, dayText, escaped, percent } from './markup.ts'
import { months } from './months.ts'
import type { PublicMark } from './public-mark.ts'

export interface PageInput {
  definition: Definition
  figures: DashboardFigures
  /** What each chart may show; a chart that is not here is left out. */
  marks: ReadonlyMap<string, readonly PublicMark[]>
  shapes: ReadonlyMap<string, readonly Shape[]>
  /** Counts below it are withheld; 0 withholds none. */
  suppressBelow: number
  zone: string
  /** The value that the page is narrowed to; undefined on the page of all incidents. */
  narrowed: string | undefined
  /** False where the incidents are so few that nothing may be told of them. */
  isTold: boolean
  /** All pages, the one of all incidents first. */
  pages: readonly { label: string; path: string }[]
  /** The page of one value, where there is one. */
  linkOf(dimension: string, key: string): string | undefined
}

/** One page of a bundle: everything is in it but the style, and nothing in it runs. */
export function pageHtml(input: PageInput): string {
  const { definition, figures, narrowed, suppressBelow: below, zone } = input
  const { title, cautions } = definition
  const sections = definition.charts.flatMap((chart) => section(chart, input))
  const notes =
    below > 0 ? [`Counts below ${below} are withheld (“few”), and more of them where they would follow from others.`] : []
  const asOf = batchText(figures.batch_at)
  const days = `Incidents of ${dayText(figures.period.from)} to ${dayText(figures.cards.data_through)}.`
  const beware = [...cautions, ...notes].map((text) => `<li>${escaped(text)}</li>`).join('')
  const name = narrowed === undefined ? title : `${narrowed} · ${title}`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'self'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(name)}, as of ${escaped(asOf)}</title>
<link rel="stylesheet" href="style.css">
</head>
<body>
<header>
<p class="overline">${escaped(title)}</p>
<h1>${headline(input)}</h1>
<p class="as-of">As of ${escaped(asOf)}. ${days}${since(input)}</p>
</header>
${navigation(input)}
<main>
${sections.join('\n')}
</main>
<section class="cautions" aria-labelledby="beware"><h2 id="beware">What these numbers are not</h2><ul>${beware}</ul></section>
<footer>Times are of ${escaped(zone)}. Made by Blotter from the batch ${escaped(figures.batch_at)}; the CSV of each chart has its numbers.</footer>
</body>
</html>
`
}

/** `Theft: **56,461** of 63,635 incidents are without arrest, 88.7%.` */
function headline({ definition: { measure }, figures, isTold, narrowed }: PageInput): string {
  if (!isTold) return `Too few ${escaped(measure.base.label)} to tell.`
  const { value, base, share } = figures.cards
  const who = narrowed === undefined ? '' : `${escaped(narrowed)}: `
  const part = share === null ? '' : `, ${percent(share)}`
  return `${who}<strong>${counted(value)}</strong> of ${counted(base)} ${escaped(measure.base.label)} are ${escaped(measure.value.label)}${part}.`
}

function since({ figures: { cards }, suppressBelow, definition }: PageInput): string {
  if (!cards.change || suppressBelow > 0) return ''
  const { since: batch, value } = cards.change
  const more = value === 0 ? 'As many' : `${counted(Math.abs(value))} ${value > 0 ? 'more' : 'fewer'}`
  return ` ${more} ${escaped(definition.measure.value.label)} than at the batch of ${escaped(batchText(batch))}.`
}

/** Links to all pages in place of a filter. */
function navigation({ definition, pages, narrowed }: PageInput): string {
  if (pages.length < 2) return ''
  const [dimension] = Object.entries(definition.dimensions).find(([, { kind }]) => kind === 'category') ?? ['']
  const here = narrowed ?? pages[0]!.label
  const links = pages.map(({ label, path }) =>
    label === here
      ? `<li aria-current="page">${escaped(label)}</li>`
      : `<li><a href="${escaped(path)}">${escaped(label)}</a></li>`,
  )
  const title = `${definition.dimensions[dimension]?.label ?? ''}: ${here}`
  return `<nav aria-label="Pages"><details><summary>${escaped(title)}</summary><ul>${links.join('')}</ul></details></nav>`
}

function section(chart: Chart, input: PageInput): string[] {
  const { definition, marks, narrowed } = input
  const shown = marks.get(chart.id)
  if (!('dimension' in chart) || !shown) return []
  const isWhole = definition.charts[0] === chart || chart.kind === 'columns'
  const link = narrowed === undefined ? ` <a class="data" href="data/${chart.id}.csv">CSV</a>` : ''
  const about = chart.subtitle === undefined ? '' : escaped(chart.subtitle)
  const isMap = chart.kind === 'hexagon_map' || chart.kind === 'boundary_map'
  const name = isWhole ? 'whole' : isMap ? 'tall' : 'half'
  const head = `<h2>${escaped(chart.title)}</h2><p class="about">${about}${link}</p>`
  return [`<section id="${chart.id}" class="${name}">${head}${drawing(chart, shown, input)}</section>`]
}

function drawing(
  chart: Extract<Chart, { dimension: string }>,
  marks: readonly PublicMark[],
  { definition, figures, shapes, linkOf }: PageInput,
): string {
  const { measure, dimensions } = definition
  const words = { value: measure.value.label, base: measure.base.label }
  const dimension = dimensions[chart.dimension]!
  const outlines = 'boundaries' in chart ? (shapes.get(chart.boundaries ?? '') ?? []) : []
  if (marks.length === 0) return `<p>There are no ${escaped(words.base)}.</p>`
  switch (chart.kind) {
    case 'columns':
      return months(marks, figures.charts[chart.id]!.unfinished, words)
    case 'heat_map':
      return hours(marks, words.value)
    case 'hexagon_map':
      return dimension.kind === 'hexagon' ? hexagonMap(marks, dimension, outlines, words) : ''
    case 'boundary_map':
      return boundaryMap(marks, outlines, words)
    default:
      return rankedBars(dimension.label, marks, words, (key) => linkOf(chart.dimension, key))
  }
}
