import type { Stage } from '../source/source.ts'

export interface KeysToCompare {
  /** SELECT of the source's `key` and `cursor`, in which keys may be missing or repeated. */
  swept: string
  /** SELECT of the lake's, in which each key stands once. */
  current: string
  /** SELECT of keys (column `key`) that differ whatever their cursor says. */
  again?: string | undefined
}

/**
 * Makes the tables `differing_keys`, what the source has otherwise than the lake or several times, and `vanished_keys`, what
 * it has no more, and resolves with the number of rows that have a key.
 */
export async function compareKeys(stage: Stage, { swept, current, again }: KeysToCompare): Promise<number> {
  await stage.run(`CREATE TEMP TABLE swept_keys AS SELECT key, cursor FROM (${swept}) WHERE key IS NOT NULL`)
  await stage.run(`CREATE TEMP TABLE unequal_keys AS SELECT s.key AS swept, c.key AS known
    FROM swept_keys s FULL JOIN (${current}) c ON c.key = s.key
    WHERE s.key IS NULL OR c.key IS NULL OR s.cursor IS DISTINCT FROM c.cursor`)
  await stage.run(`CREATE TEMP TABLE differing_keys AS SELECT DISTINCT key FROM (
    SELECT swept AS key FROM unequal_keys WHERE swept IS NOT NULL
    ${again === undefined ? '' : `UNION ALL SELECT key FROM swept_keys WHERE key IN (${again})`}
    UNION ALL SELECT key FROM swept_keys GROUP BY key HAVING count(*) > 1)`)
  await stage.run('CREATE TEMP TABLE vanished_keys AS SELECT known AS key FROM unequal_keys WHERE swept IS NULL')
  const [counted] = await stage.rows('SELECT count(*) AS n FROM swept_keys')
  for (const table of ['swept_keys', 'unequal_keys']) await stage.run(`DROP TABLE ${table}`)
  return Number(counted?.['n'])
}
