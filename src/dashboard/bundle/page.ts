import type { Chart, Definition } from '../definition.ts'
import type { DashboardFigures } from '../figures.ts'
import { columns, heatMap, hexagonMap, rankedBars } from './drawings.ts'
import { counted, escaped, percent } from './markup.ts'
import { type PublicMark, suppressSmall } from './suppress.ts'

export interface PageInput {
  definition: Definition
  figures: DashboardFigures
  /** Counts below it are withheld; 0 withholds none. */
  suppressBelow: number
  zone: string
  /** What the page is narrowed to. */
  narrowed?: string | undefined
  /** The page of one value, where there is one. */
  linkOf(dimension: string, key: string): string | undefined
}

/** What a chart may show of its marks. */
export function publicMarks(figures: DashboardFigures, chart: string, below: number): PublicMark[] {
  const { marks } = figures.charts[chart]!
  return below > 0 ? suppressSmall(marks, below) : [...marks]
}

/** One page of a bundle: everything is in it but the style, and nothing in it runs. */
export function pageHtml(input: PageInput): string {
  const { definition, figures, narrowed, suppressBelow: below, zone } = input
  const { value, base, unknown, share, change, data_through: through } = figures.cards
  const { measure, title, cautions } = definition
  const { from, to } = figures.period
  const isSmall = (n: number): boolean => n > 0 && n < below
  const hidden = (n: number): number | null => (isSmall(n) ? null : n)
  const known = isSmall(value) || isSmall(base - value - unknown) ? null : share
  const cards: [string, string][] = [
    [measure.value.label, counted(hidden(value))],
    [measure.base.label, counted(hidden(base))],
    ['share', percent(known)],
    ['data through', through],
  ]
  if (change && below === 0) cards.push([`since ${change.since}`, `${change.value > 0 ? '+' : ''}${counted(change.value)}`])
  const head = narrowed === undefined ? title : `${title}: ${narrowed}`
  const sections = definition.charts.flatMap((chart) => {
    const drawn = drawing(chart, input)
    return drawn === undefined ? [] : [section(chart, drawn, narrowed === undefined)]
  })
  const notes = below > 0 ? [`Counts of less than ${below} are withheld (“few”), and what would give them away.`] : []
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'self'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(head)}, as of ${figures.batch_at}</title>
<link rel="stylesheet" href="style.css">
</head>
<body>
<h1>${escaped(head)}</h1>
${narrowed === undefined ? '' : '<p><a href="index.html">All incidents</a></p>'}
<section><dl class="cards">${cards.map(([term, text]) => `<div><dt>${escaped(term)}</dt><dd>${escaped(text)}</dd></div>`).join('')}</dl></section>
${sections.join('\n')}
<section><h2>What these numbers are not</h2><ul>${[...cautions, ...notes].map((text) => `<li>${escaped(text)}</li>`).join('')}</ul></section>
<footer>As of batch ${figures.batch_at}; incidents ${from} to ${to}; times of ${escaped(zone)}. Made by Blotter.</footer>
</body>
</html>
`
}

function section({ id, title, subtitle }: Chart, drawn: string, hasData: boolean): string {
  const link = hasData ? ` <a href="data/${id}.csv">CSV</a>` : ''
  const about = `<p>${subtitle === undefined ? '' : `${escaped(subtitle)}.`}${link}</p>`
  return `<section id="${id}"><h2>${escaped(title)}</h2>${about}${drawn}</section>`
}

function drawing(chart: Chart, { definition, figures, suppressBelow, linkOf }: PageInput): string | undefined {
  if (!('dimension' in chart)) return undefined
  const { measure, dimensions } = definition
  const words = { value: measure.value.label, base: measure.base.label }
  const marks = publicMarks(figures, chart.id, suppressBelow)
  switch (chart.kind) {
    case 'columns':
      return columns(marks, figures.charts[chart.id]!.unfinished, words)
    case 'heat_map':
      return heatMap(marks)
    case 'hexagon_map':
      return hexagonMap(marks, dimensions[chart.dimension]!, words)
    case 'boundary_map':
      return undefined
    default:
      return rankedBars(marks, words, {
        linkOf: (key) => linkOf(chart.dimension, key),
        other: otherOf(figures, chart.id, suppressBelow),
      })
  }
}

/** What is summed up as other, as a mark of its own; withheld like any other. */
function otherOf(figures: DashboardFigures, chart: string, below: number): PublicMark | undefined {
  const { other } = figures.charts[chart]!
  if (!other) return undefined
  const { value, base, count } = other
  const mark = { key: 'other', label: `${count} others`, value, base, share: base === 0 ? null : value / base }
  // Among many values nobody is recognised in their sum, unless it is small itself.
  return below > 0 ? suppressSmall([mark], below)[0] : mark
}
