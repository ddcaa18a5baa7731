/** Text as HTML shows it. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
}

export function counted(n: number | null): string {
  return n === null ? 'few' : n.toLocaleString('en-US')
}

export function percent(share: number | null): string {
  return share === null ? '–' : `${(share * 100).toFixed(1)} %`
}

export interface Column {
  head: string
  /** Numbers stand to the right. */
  isNumber: boolean
}

/** A table whose cells are texts, but for those that are markup already: `{ html }`. */
export function table(columns: readonly Column[], rows: readonly (readonly (string | { html: string })[])[]): string {
  const side = (i: number): string => (columns[i]!.isNumber ? ' class="number"' : '')
  const head = columns.map(({ head: text }, i) => `<th scope="col"${side(i)}>${escaped(text)}</th>`).join('')
  const line = (cells: readonly (string | { html: string })[]): string =>
    cells
      .map((cell, i) => {
        const inner = typeof cell === 'string' ? escaped(cell) : cell.html
        return i === 0 ? `<th scope="row">${inner}</th>` : `<td${side(i)}>${inner}</td>`
      })
      .join('')
  const lines = rows.map((cells) => `<tr>${line(cells)}</tr>`).join('\n')
  return `<div class="wide"><table><thead><tr>${head}</tr></thead><tbody>${lines}</tbody></table></div>`
}

/** A bar of so much of the whole; for eyes alone, since the number stands beside it. */
export function bar(part: number): string {
  const width = Math.round(part * 1000) / 10
  return `<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect width="${width}" height="10"/></svg>`
}
