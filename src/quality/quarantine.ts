import type { SourceDefinition } from '../model/pipeline.ts'
import { identifier } from '../model/sql-text.ts'
import { asFound, type BoundPart, partRows } from './part-sql.ts'
import { declaredColumn, readColumn } from './read.ts'

/**
 * SQL of the rows that go to quarantine: `rule`, `key`, every declared column and `extra`, all text as found. `conflicts`
 * selects the contents that contradict each other under one key and cursor; each is kept once.
 */
export function quarantineRows(
  definition: SourceDefinition,
  parts: readonly BoundPart[],
  conflicts: string | undefined,
): string {
  const names = ['key', ...definition.columns.map(({ name }) => identifier(name)), 'extra']
  const rows = parts.map(
    (bound) => `SELECT rule, ${asFound(definition)} AS row FROM (${partRows(definition, bound)}) WHERE rule IS NOT NULL`,
  )
  if (conflicts !== undefined) rows.push(conflictRows(definition, parts, conflicts))
  if (rows.length === 0) {
    return `SELECT ${['rule', ...names].map((name) => `CAST(NULL AS VARCHAR) AS ${name}`).join(', ')} WHERE false`
  }
  const texts = names.map((name) => `row.${name} AS ${name}`)
  return `SELECT rule, ${texts.join(', ')} FROM (${rows.join('\nUNION ALL ')})`
}

function conflictRows(definition: SourceDefinition, parts: readonly BoundPart[], conflicts: string): string {
  const key = identifier(definition.key)
  const cursor = identifier(definition.cursor)
  const names = definition.columns.map(({ name }) => identifier(name)).join(', ')
  const rows = parts
    .filter(({ part }) => part.rule === undefined)
    .map(
      (bound) => `SELECT good.* FROM (
        SELECT ${names}, ${asFound(definition)} AS row FROM (${partRows(definition, bound)}) WHERE rule IS NULL) good
        SEMI JOIN (${conflicts}) other
        ON good.${key} = other.${key} AND good.${cursor} IS NOT DISTINCT FROM other.${cursor}`,
    )
  return `SELECT 'duplicate_key' AS rule, row FROM (${rows.join('\nUNION ALL ')})
    QUALIFY row_number() OVER (PARTITION BY ${names}) = 1`
}

/** SQL of the keys of quarantined rows, each once, as far as they can be read. */
export function quarantinedKeys(definition: SourceDefinition, quarantine: string): string {
  const { value } = readColumn(declaredColumn(definition, definition.key), 'text', true, 'key')
  return `SELECT DISTINCT ${value} AS ${identifier(definition.key)} FROM ${quarantine} WHERE ${value} IS NOT NULL`
}
