import type { SourceDefinition } from '../model/pipeline.ts'
import { identifier } from '../model/sql-text.ts'

/** SQL of the keys that stand more than once; rows in key order need no such search. */
export function repeatedKeys({ key }: SourceDefinition, rows: string): string {
  const name = identifier(key)
  return `SELECT ${name} FROM (${rows}) WHERE ${name} IS NOT NULL GROUP BY ${name} HAVING count(*) > 1`
}

/** SQL of `disorder`: how many keys are not greater than the one before them, in the order of the files. */
export function disorder({ key }: SourceDefinition, rows: string): string {
  const name = identifier(key)
  return `SELECT count(*) AS disorder FROM (SELECT ${name}, lag(${name}) OVER () AS before FROM (
    SELECT ${name} FROM (${rows}) WHERE ${name} IS NOT NULL)) WHERE ${name} <= before`
}

/**
 * SQL that resolves repeated keys among good rows: the contents with each key's newest cursor, exact repeats as one, and
 * `contents`, how many different ones there are. Where there is more than one, none of them can be chosen.
 */
export function newestContents(definition: SourceDefinition, rows: string): string {
  const { columns, key, cursor } = definition
  const names = columns.map((column) => identifier(column.name)).join(', ')
  return `SELECT ${names}, count(*) OVER (PARTITION BY ${identifier(key)}) AS contents FROM (
    SELECT * FROM (SELECT *, max(${identifier(cursor)}) OVER (PARTITION BY ${identifier(key)}) AS newest
      FROM (SELECT DISTINCT ${names} FROM (${rows})))
    WHERE ${identifier(cursor)} IS NOT DISTINCT FROM newest)`
}
