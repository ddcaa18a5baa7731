import type { BatchAt } from '../model/batch-at.ts'
import type { RawDefinition, SourceDefinition } from '../model/pipeline.ts'
import { identifier } from '../model/sql-text.ts'
import type { BoundPart } from './part-sql.ts'
import { isMarker } from './columns.ts'
import { wallClock } from './wall-clock.ts'

/** SQL that counts, over good rows, those that each of the pipeline's warnings is about; NULL if there are no warnings. */
export function warningCounts(
  raw: RawDefinition,
  definition: SourceDefinition,
  batchAt: BatchAt,
  rows: string,
): string | undefined {
  const now = `TIMESTAMP '${wallClock(batchAt, definition.timezone)}'`
  const counts = Object.entries(raw.warnings).map(
    ([name, condition]) => `count(*) FILTER (WHERE ${condition.replaceAll(/:now\b/g, now)}) AS ${identifier(name)}`,
  )
  return counts.length > 0 ? `SELECT ${counts.join(', ')} FROM (${rows})` : undefined
}

/** Declared columns that some part lacks, and found ones that no part of the pipeline declares. */
export function columnWarnings(parts: readonly BoundPart[]): { missing: string[]; unknown: string[] } {
  const sound = parts.filter(({ part }) => part.rule === undefined)
  const missing = new Set(sound.flatMap(({ matching }) => matching.missing))
  const unknown = new Set(sound.flatMap(({ matching }) => matching.extra.filter((f) => !isMarker(f)).map((f) => f.name)))
  return { missing: [...missing], unknown: [...unknown] }
}
