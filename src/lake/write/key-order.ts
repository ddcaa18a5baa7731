import { literal } from '../../model/sql-text.ts'
import type { ParquetEngine } from './write.ts'

/** In how many row groups a key may have to be looked for: where threads write them by turns, neighbours overlap. */
const ROW_GROUPS_OF_A_KEY = 4

/**
 * Whether rows are near the order of their key (whole numbers), as after SQL that goes through raw in its order: few row
 * groups are to be read for a key then. Footers tell it.
 */
export async function isNearKeyOrder(engine: Pick<ParquetEngine, 'rows'>, key: string, files: readonly string[]): Promise<boolean> {
  if (files.length === 0) return true
  const bound = (name: string): string => `TRY_CAST(${name} AS HUGEINT)`
  const [found] = await engine.rows(`SELECT sum(high - low) <= ${ROW_GROUPS_OF_A_KEY} * (max(high) - min(low)) AS near
    FROM (SELECT ${bound('stats_min_value')} AS low, ${bound('stats_max_value')} AS high
      FROM parquet_metadata([${files.map(literal).join(', ')}]) WHERE path_in_schema = ${literal(key)})`)
  return found?.['near'] === true
}
