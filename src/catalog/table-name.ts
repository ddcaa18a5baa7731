import { impossible } from '../errors.ts'

/** `raw.crimes` is the table `crimes` of the namespace `raw`; a namespace may hold points itself. */
export function split(table: string): [namespace: string, name: string] {
  const point = table.lastIndexOf('.')
  if (point <= 0) throw impossible(`a table without a namespace, ${table}`)
  return [table.slice(0, point), table.slice(point + 1)]
}
