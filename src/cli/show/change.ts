import { cutTo, padTo, printable } from '../../query/format/width.ts'
import type { ToldChange } from '../../history/diff.ts'
import type { Output } from '../terminal.ts'
import { words } from './figures.ts'

/** What happens to an incident as a whole, as a person would say it; other kinds say it themselves. */
const PHRASES: Readonly<Record<string, string>> = {
  new: 'entered',
  vanished: 'vanished from the source',
  returned: 'returned',
}

/** `reclassified and arrested` */
export function kindsText(kinds: readonly string[]): string {
  const told = kinds.map((kind) => PHRASES[kind] ?? words(kind))
  return told.length < 2 ? told.join('') : `${told.slice(0, -1).join(', ')} and ${told.at(-1)}`
}

type Versions = Pick<ToldChange, 'columns' | 'before' | 'after'>

/** A line for each column that differs, `primary_type  BATTERY → ROBBERY`; none for what appeared or vanished as a whole. */
export function changedLines(
  { columns, before, after }: Versions,
  { styles, columns: width }: Output,
  indent: number,
): string[] {
  if (!before || !after) return []
  const longest = Math.max(0, ...columns.map((name) => name.length))
  return columns.map((name) => {
    const values = `${valueText(before[name])} → ${valueText(after[name])}`
    const shown = width === undefined ? values : cutTo(values, Math.max(12, width - indent - longest - 2))
    return `${' '.repeat(indent)}${styles.dim(padTo(name, longest, 'left'))}  ${shown}`
  })
}

export function valueText(value: unknown): string {
  if (value === null || value === undefined) return '∅'
  return printable(String(value)).replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)/, '$1 $2')
}
