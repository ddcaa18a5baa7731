import { counted, escaped, folded, percent, table } from './markup.ts'
import type { PublicMark, Words } from './public-mark.ts'

/** Values that stand in sight; the others are folded away. */
const SHOWN = 12

/** A list of values with a bar each, the base pale behind the value. `linkOf` is the page of a value, where there is one. */
export function rankedBars(
  label: string,
  marks: readonly PublicMark[],
  words: Words,
  linkOf: (key: string) => string | undefined,
): string {
  const most = Math.max(1, ...marks.map(({ base }) => base ?? 0))
  const columns = [
    { head: label },
    { head: '' },
    { head: words.value, isNumber: true },
    { head: `all ${words.base}`, isNumber: true, isSpare: true },
    { head: 'share', isNumber: true },
  ]
  const rows = marks.map(({ key, label, value, base, share }) => {
    const link = linkOf(key)
    const name = link === undefined ? escaped(label) : `<a href="${escaped(link)}">${escaped(label)}</a>`
    return [
      { html: name },
      { html: bar((value ?? 0) / most, (base ?? 0) / most) },
      counted(value),
      counted(base),
      percent(share),
    ]
  })
  const shown = table(columns, rows.slice(0, SHOWN), 'bars')
  const others = rows.slice(SHOWN)
  return others.length === 0 ? shown : `${shown}${folded(`${others.length} more`, table(columns, others, 'bars'))}`
}

/** For eyes alone, since the numbers stand beside it. */
function bar(value: number, base: number): string {
  const rect = (part: number, name: string): string =>
    `<rect class="${name}" width="${Math.round(part * 1000) / 10}" height="10"/>`
  return `<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">${rect(base, 'base')}${rect(value, 'value')}</svg>`
}
