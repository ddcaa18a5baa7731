import type { BatchAt } from '../model/batch-at.ts'
import { changedColumnsSql, kindsSql } from '../model/kinds.ts'
import type { RawDefinition, SourceDefinition } from '../model/pipeline.ts'
import { identifier, literal } from '../model/sql-text.ts'
import { TEXT_LISTS } from './text-lists.ts'

/** What lies between two batches: `from` is exclusive, `to` inclusive. */
export interface LedgerPart {
  from: BatchAt
  to: BatchAt
  /** SELECT of `history.changes`, or of a part of it that has all rows between the two. */
  ledger: string
  /**
   * SELECTs of key and cursor as of the two batches, where there are others between them: the ledger does not list an incident
   * that is only restamped, so that what it knows first and last of one may bear another cursor than either batch.
   */
  cursors?: { before: string; after: string } | undefined
}

/**
 * SELECT of the net changes (key, kinds, columns, before, after) between two batches, folded from the ledger: an incident
 * that was changed several times shows once, with its first `before` and its last `after`; one that ended as it began, or
 * with nothing but another cursor, does not show.
 */
export function foldSql(definition: SourceDefinition, raw: RawDefinition, part: LedgerPart): string {
  const { from, to, ledger, cursors } = part
  const key = identifier(definition.key)
  const differing = definition.columns
    .filter(({ name }) => name !== definition.key && name !== definition.cursor)
    .map(({ name }) => `before.${identifier(name)} IS DISTINCT FROM after.${identifier(name)}`)
  const end = (name: 'before' | 'after', change: string): string =>
    `${cursors ? withCursor(definition, `${change}.${name}`, `as_of_${name}`) : `${change}.${name}`} AS ${name}`
  const ends = `${end('before', 'first_change')}, ${end('after', 'last_change')}`
  const join = (name: 'before' | 'after'): string =>
    `LEFT JOIN (SELECT ${key} AS key, ${identifier(definition.cursor)} AS stamp FROM (${cursors?.[name]})) as_of_${name} USING (key)`
  const joins = cursors ? `${join('before')} ${join('after')}` : ''
  // What does not show is left out before its kinds are made: the engine would make them twice for a filter on them.
  return `SELECT key, ${kindsSql(definition, raw, TEXT_LISTS, 'came_back')} AS kinds, columns, before, after
    FROM (
      SELECT *, ${changedColumnsSql(definition, TEXT_LISTS)} AS columns
      FROM (
        SELECT key, ${ends}, list_contains(first_change.kinds, 'returned') AS came_back
        FROM (
          SELECT ${key} AS key,
            arg_min({'before': before, 'kinds': kinds}, batch_at) AS first_change,
            arg_max({'after': after}, batch_at) AS last_change
          FROM (${ledger})
          WHERE batch_at > timestamptz ${literal(from)} AND batch_at <= timestamptz ${literal(to)}
          GROUP BY ${key}
        ) ${joins}
      )
      WHERE CASE WHEN before IS NULL OR after IS NULL THEN before IS NOT NULL OR after IS NOT NULL
        ELSE ${differing.join(' OR ') || 'false'} END
    )`
}

/** A struct of an incident with the cursor of a joined row in place of its own; no struct stays none. */
function withCursor({ columns, cursor }: SourceDefinition, struct: string, joined: string): string {
  const fields = columns.map(({ name }) => {
    const value = name === cursor ? `${joined}.stamp` : `${struct}.${identifier(name)}`
    return `${identifier(name)}: ${value}`
  })
  return `CASE WHEN ${struct} IS NOT NULL THEN {${fields.join(', ')}} END`
}
