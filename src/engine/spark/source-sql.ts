import type { PlannedColumn, SourcePlan } from '../application.ts'

/** The name under which a column that is not declared comes out of the source. */
export function extraName(index: number): string {
  return `extra ${index + 1}`
}

/** MySQL's SQL of all rows: declared columns under their declared names, then what else there is. */
export function sourceRows(source: SourcePlan): string {
  return select(source, source.columns)
}

/** MySQL's SQL of key and cursor of all rows. */
export function sourceKeys(source: SourcePlan, names: readonly string[]): string {
  return select(
    { ...source, extra: [] },
    source.columns.filter(({ column }) => names.includes(column.name)),
  )
}

function select({ table, extra }: SourcePlan, columns: readonly PlannedColumn[]): string {
  const declared = columns.flatMap(({ column, found }) => (found ? [`${found.expression} AS ${quoted(column.name)}`] : []))
  const others = extra.map(({ expression }, i) => `${expression} AS ${quoted(extraName(i))}`)
  return `SELECT\n  ${[...declared, ...others].join(',\n  ')}\nFROM ${table} AS t`
}

function quoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``
}
