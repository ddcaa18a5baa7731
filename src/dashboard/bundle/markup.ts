/** Text as HTML shows it. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
}

/** A number with its thousands apart; `few` where it is withheld. */
export function counted(n: number | null): string {
  return n === null ? 'few' : n.toLocaleString('en-US')
}

export function percent(share: number | null): string {
  return share === null ? '–' : `${(share * 100).toFixed(1)}%`
}

const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' })
const MONTH = new Intl.DateTimeFormat('en-GB', { month: 'short', year: 'numeric', timeZone: 'UTC' })

/** `15 Nov 2026` of a day or a time; `Nov 2026` of a month. */
export function dayText(text: string): string {
  return (text.length > 7 ? DAY : MONTH).format(new Date(text))
}

/** `24 Nov 2026, 06:00 UTC` of a batch. */
export function batchText(batchAt: string): string {
  return `${dayText(batchAt)}, ${batchAt.slice(11, 16)} UTC`
}

/** `motor vehicle theft` of what a register keeps in capitals; with one at its beginning. */
export function calm(text: string): string {
  if (text !== text.toUpperCase() || !/[A-Z]{3}/.test(text) || /\d[A-Z]|[A-Z]\d/.test(text)) return text
  const lower = text.replaceAll(/[A-Z]+/g, (word) => (ACRONYMS.has(word) ? word : word.toLowerCase()))
  return lower.charAt(0).toUpperCase() + lower.slice(1)
}

const ACRONYMS = new Set(['CTA', 'CHA', 'ATM', 'YMCA', 'VFW', 'DUI', 'ID'])

export interface Column {
  head: string
  /** Numbers stand to the right. */
  isNumber?: boolean
  /** Left out where there is little room. */
  isSpare?: boolean
}

type Content = string | { html: string }

/** A table whose cells are texts, but for those that are markup already: `{ html }`. */
export function table(columns: readonly Column[], rows: readonly (readonly Content[])[], className = ''): string {
  const classOf = ({ isNumber, isSpare }: Column): string => {
    const names = [isNumber ? 'number' : '', isSpare ? 'spare' : ''].filter(Boolean).join(' ')
    return names && ` class="${names}"`
  }
  const headOf = (column: Column): string =>
    column.head === '' ? '<td></td>' : `<th scope="col"${classOf(column)}>${escaped(column.head)}</th>`
  const head = columns.map(headOf).join('')
  const line = (cells: readonly Content[]): string =>
    cells
      .map((cell, i) => {
        const inner = typeof cell === 'string' ? escaped(cell) : cell.html
        return i === 0 ? `<th scope="row">${inner}</th>` : `<td${classOf(columns[i]!)}>${inner}</td>`
      })
      .join('')
  const lines = rows.map((cells) => `<tr>${line(cells)}</tr>`).join('\n')
  return `<table class="${className}"><thead><tr>${head}</tr></thead><tbody>${lines}</tbody></table>`
}

/** What is not for everybody stands behind its title; no script opens it. */
export function folded(title: string, inner: string): string {
  return `<details><summary>${escaped(title)}</summary><div class="wide">${inner}</div></details>`
}
