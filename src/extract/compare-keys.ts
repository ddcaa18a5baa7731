import type { Stage } from '../source/source.ts'

/** How many ranges of keys are compared as wholes before any key is: changes often lie in few of them. */
const RANGES = 65_536

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
 *
 * Ranges of keys with the same number of rows and equal sums of two 64-bit hashes are held to be equal; that two which
 * differ are, happens by chance once in 10^38 times.
 */
export async function compareKeys(stage: Stage, { swept, current, again }: KeysToCompare): Promise<number> {
  await stage.run(`CREATE TEMP TABLE swept_keys AS SELECT key, cursor FROM (${swept}) WHERE key IS NOT NULL`)
  const { rows, width } = await compareRanges(stage, current)
  const inDiffering = (keys: string): string =>
    `(SELECT k.key, k.cursor FROM ${keys} k SEMI JOIN differing_ranges r ON k.key // ${width} = r.range)`
  await stage.run(`CREATE TEMP TABLE unequal_keys AS SELECT s.key AS swept, c.key AS known
    FROM ${inDiffering('swept_keys')} s FULL JOIN ${inDiffering(`(${current})`)} c ON c.key = s.key
    WHERE s.key IS NULL OR c.key IS NULL OR s.cursor IS DISTINCT FROM c.cursor`)
  await stage.run(`CREATE TEMP TABLE differing_keys AS SELECT DISTINCT key FROM (
    SELECT swept AS key FROM unequal_keys WHERE swept IS NOT NULL
    ${again === undefined ? '' : `UNION ALL SELECT key FROM swept_keys WHERE key IN (${again})`}
    ${(await holdRepeated(stage)) ? 'UNION ALL SELECT key FROM swept_keys GROUP BY key HAVING count(*) > 1' : ''})`)
  await stage.run('CREATE TEMP TABLE vanished_keys AS SELECT known AS key FROM unequal_keys WHERE swept IS NULL')
  for (const table of ['swept_keys', 'unequal_keys', 'differing_ranges']) await stage.run(`DROP TABLE ${table}`)
  return rows
}

/** Makes `differing_ranges`, and resolves with how many rows were swept and how many keys wide the ranges are. */
async function compareRanges(stage: Stage, current: string): Promise<{ rows: number; width: bigint }> {
  const [span] = await stage.rows(`SELECT count(*) AS n,
    coalesce((max(key)::HUGEINT - min(key)::HUGEINT) // ${RANGES}, 0)::BIGINT + 1 AS width FROM swept_keys`)
  const width = span?.['width'] as bigint
  // DuckDB joins the hashes of several values by XOR, in which two keys that got the same new cursor would cancel each other:
  // only what is hashed once more depends on key and cursor together.
  const sums = (keys: string): string => `SELECT key // ${width} AS range, count(*) AS n,
    bit_xor(hash(hash(key, cursor))) AS h1, bit_xor(hash(hash('other', cursor, key))) AS h2 FROM ${keys} GROUP BY ALL`
  await stage.run(`CREATE TEMP TABLE differing_ranges AS
    SELECT coalesce(s.range, c.range) AS range, coalesce(s.n, 0) AS swept, coalesce(c.n, 0) AS known
    FROM (${sums('swept_keys')}) s FULL JOIN (${sums(`(${current})`)}) c ON c.range = s.range
    WHERE s.n IS DISTINCT FROM c.n OR s.h1 <> c.h1 OR s.h2 <> c.h2`)
  return { rows: Number(span?.['n']), width }
}

/** Whether keys that the lake has stand in the source several times: then more rows of it have met a key than there are. */
async function holdRepeated(stage: Stage): Promise<boolean> {
  const [counts] = await stage.rows(`SELECT
    (SELECT coalesce(sum(swept), 0) FROM differing_ranges) - count(*) FILTER (known IS NULL) AS met,
    (SELECT coalesce(sum(known), 0) FROM differing_ranges) - count(*) FILTER (swept IS NULL) AS there FROM unequal_keys`)
  return counts?.['met'] !== counts?.['there']
}
