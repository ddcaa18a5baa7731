import type { BatchAt } from '../model/batch-at.ts'
import type { RawDefinition, SourceDefinition } from '../model/pipeline.ts'
import { identifier, literal } from '../model/sql-text.ts'
import { changedColumnsSql, kindsSql } from './kinds.ts'

/**
 * SELECT of the net changes (key, kinds, columns, before, after) between two batches, folded from the ledger: an incident
 * that was changed several times shows once, with its first `before` and its last `after`; one that ended as it began, or
 * with nothing but another cursor, does not show. `from` is exclusive, `to` inclusive; `ledger` is a SELECT of
 * `history.changes`.
 */
export function foldSql(
  definition: SourceDefinition,
  raw: RawDefinition,
  ledger: string,
  from: BatchAt,
  to: BatchAt,
): string {
  const key = identifier(definition.key)
  const same = { before: 'before', after: 'after', columns: 'columns' }
  const differing = definition.columns
    .filter(({ name }) => name !== definition.key && name !== definition.cursor)
    .map(({ name }) => `before.${identifier(name)} IS DISTINCT FROM after.${identifier(name)}`)
  // What does not show is left out before its kinds are made: the engine would make them twice for a filter on them.
  return `SELECT key, CASE
      WHEN before IS NULL AND came_back THEN ['returned']
      WHEN before IS NULL THEN ['new']
      WHEN after IS NULL THEN ['vanished']
      ELSE ${kindsSql(definition, raw, same)} END AS kinds, columns, before, after
    FROM (
      SELECT *, CASE WHEN before IS NULL OR after IS NULL THEN []::VARCHAR[]
        ELSE ${changedColumnsSql(definition, 'before', 'after')} END AS columns
      FROM (
        SELECT key, first_change.before AS before, last_change.after AS after,
          list_contains(first_change.kinds, 'returned') AS came_back
        FROM (
          SELECT ${key} AS key,
            arg_min({'before': before, 'kinds': kinds}, batch_at) AS first_change,
            arg_max({'after': after}, batch_at) AS last_change
          FROM (${ledger})
          WHERE batch_at > timestamptz ${literal(from)} AND batch_at <= timestamptz ${literal(to)}
          GROUP BY ${key}
        )
      )
      WHERE CASE WHEN before IS NULL OR after IS NULL THEN before IS NOT NULL OR after IS NOT NULL
        ELSE ${differing.join(' OR ') || 'false'} END
    )`
}
