import { cutTo, displayWidth, padTo, printable } from '../../query/format/width.ts'
import type { Style } from '../terminal.ts'

export interface Column {
  title: string
  side?: 'left' | 'right'
  /** Coloured after alignment, as colour takes no room. */
  style?: (text: string, row: number) => string
}

export interface ColumnsOptions {
  /** Columns of the terminal; the last column is cut to it. */
  width?: number | undefined
  dim?: Style
  indent?: string
}

/** Texts under titles, aligned, without lines around them. */
export function columnLines(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  options: ColumnsOptions = {},
): string[] {
  const { width, dim = (text) => text, indent = '' } = options
  const cells = rows.map((row) => row.map(printable))
  const widths = columns.map((c, i) => Math.max(displayWidth(c.title), ...cells.map((row) => displayWidth(row[i] ?? ''))))
  if (width !== undefined && widths.length > 0) {
    const before = widths.slice(0, -1).reduce((sum, w) => sum + w + 2, indent.length)
    widths[widths.length - 1] = Math.max(8, Math.min(widths.at(-1)!, width - before))
  }
  const line = (texts: readonly string[], row: number): string =>
    indent +
    columns
      .map((column, i) => {
        const cell = padTo(cutTo(texts[i] ?? '', widths[i]!), widths[i]!, column.side ?? 'left')
        return row < 0 ? cell : (column.style?.(cell, row) ?? cell)
      })
      .join('  ')
      .trimEnd()
  return [
    dim(
      line(
        columns.map((c) => c.title),
        -1,
      ),
    ),
    ...cells.map(line),
  ]
}

/** Breaks a text at spaces into lines of a width; line breaks in it stay. */
export function wrapped(text: string, width: number, indent = ''): string[] {
  return text.split('\n').flatMap((paragraph) => {
    const lines: string[] = []
    let line = ''
    for (const word of paragraph.split(' ')) {
      if (line !== '' && displayWidth(line) + displayWidth(word) + 1 > width - indent.length) {
        lines.push(indent + line)
        line = word
      } else {
        line = line === '' ? word : `${line} ${word}`
      }
    }
    return [...lines, (indent + line).trimEnd()]
  })
}
