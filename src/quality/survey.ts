import type { Engine } from '../engine/engine.ts'
import type { SourceDefinition } from '../model/pipeline.ts'
import { identifier } from '../model/sql-text.ts'
import { type BoundPart, partRows, repairConditions } from './part-sql.ts'

/** What one look at all rows tells before any is written. */
export interface Survey {
  /** Parts with a row that breaks a rule by itself. */
  broken: ReadonlySet<BoundPart>
  /** Repaired values in the rows that break none, by repair; with none left out. */
  repairs: Record<string, number>
}

/**
 * Counts broken rows and repairs, a part at a time. It pays to know first that no row is broken: a filter on the rule would
 * have the engine read every value twice, once for the filter and once for the result.
 */
export async function surveyParts(
  engine: Engine,
  definition: SourceDefinition,
  parts: readonly BoundPart[],
): Promise<Survey> {
  const broken = new Set<BoundPart>()
  const repairs: Record<string, number> = {}
  for (const bound of parts) {
    const conditions = repairConditions(bound)
    const counts = [...conditions].map(([repair, some]) => {
      const values = some.map((condition) => `count(*) FILTER (WHERE rule IS NULL AND (${condition}))`)
      return `${values.join(' + ')} AS ${identifier(repair)}`
    })
    // A filter asks no further where the first part of a condition is false, as in nearly all rows; a count asks it all.
    const notable = ['rule IS NOT NULL', ...[...conditions.values()].flat().map((condition) => `(${condition})`)]
    const [row] = await engine.rows(`SELECT ${['count(rule) AS broken', ...counts].join(', ')}
      FROM (${partRows(definition, bound)}) WHERE ${notable.join(' OR ')}`)
    const { broken: brokenRows, ...repaired } = row ?? {}
    if (Number(brokenRows) > 0) broken.add(bound)
    for (const [repair, n] of Object.entries(repaired)) {
      if (Number(n) > 0) repairs[repair] = (repairs[repair] ?? 0) + Number(n)
    }
  }
  return { broken, repairs }
}
