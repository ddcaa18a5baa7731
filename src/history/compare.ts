import type { Row, WrittenFile } from '../engine/engine.ts'
import type { ChangeCounts } from '../model/change.ts'
import { changedColumnsSql, kindNames, kindsSql } from '../model/kinds.ts'
import type { RawDefinition, SourceDefinition } from '../model/pipeline.ts'
import { identifier, literal } from '../model/sql-text.ts'
import { TEXT_LISTS } from './text-lists.ts'

interface ComparingEngine {
  run(sql: string): Promise<void>
  rows(sql: string): Promise<Row[]>
  writeParquet(select: string, path: string): Promise<WrittenFile>
}

export interface CompareInput {
  engine: ComparingEngine
  definition: SourceDefinition
  raw: RawDefinition
  /** Good rows of this batch: a Parquet file with the declared columns, one row a key. */
  good: string
  /** SELECT of the table as the newest batch left it, with `_file` and `_pos`. */
  current: string
  /** How many rows there are, about: where few are good, only their old versions are read. */
  rows: { good: number; current: number }
  /** SELECT of keys (column `key`) that are in the table and no longer in the source. */
  vanished: string
  /** SELECT of keys (column `key`) that the ledger has seen vanish. */
  onceVanished: string
  /** SELECT of keys (column `key`) that a restore holds as they are. */
  held?: string | undefined
  /** Where the changes are written. */
  path: string
}

/** What differs between the table and the good rows of a batch, incident by incident. */
export interface Comparison {
  /** Parquet: key, kinds, columns, before, after, _file, _pos; the last two say where the old version lies. */
  path: string
  counts: ChangeCounts
  /** Incidents with a new version to land, and with an old version to hide. */
  landed: number
  hidden: number
  /** Incidents that differ and are held: left as they are. */
  held: number
}

/** Good rows are few where there are so many times fewer of them than rows in the table. */
const FEW = 8

/**
 * Compares by a 128-bit hash of all columns first, so that only what differs is held as a whole; two different versions
 * of one incident with equal hashes would go unseen, which happens by chance once in 10^38 changes.
 */
export async function compareWithTable(input: CompareInput): Promise<Comparison> {
  const { engine, definition, raw, path } = input
  const key = identifier(definition.key)
  const columns = definition.columns.map((column) => identifier(column.name))
  const fingerprint = `hash(${columns.join(', ')}) AS h1, hash('other', ${[...columns].reverse().join(', ')}) AS h2`
  const struct = (alias: string): string =>
    `struct_pack(${columns.map((column) => `${column} := ${alias}.${column}`).join(', ')})`
  const good = `read_parquet(${literal(input.good)})`

  // The old versions of some keys: read once, however often they are looked at.
  const readOld = (keys: string): Promise<void> =>
    engine.run(
      `CREATE OR REPLACE TEMP TABLE old_versions AS SELECT * FROM (${input.current}) SEMI JOIN (${keys}) w ON w.key = ${key}`,
    )
  const few = input.rows.good * FEW < input.rows.current
  if (few) await readOld(`SELECT ${key} AS key FROM ${good} UNION ALL SELECT key FROM (${input.vanished})`)
  await engine.run(`CREATE OR REPLACE TEMP TABLE differing AS
    SELECT n.key FROM (SELECT ${key} AS key, ${fingerprint} FROM ${good}) n
    LEFT JOIN (SELECT ${key} AS key, ${fingerprint} FROM ${few ? 'old_versions' : `(${input.current})`}) o ON o.key = n.key
    WHERE o.key IS NULL OR o.h1 <> n.h1 OR o.h2 <> n.h2
    UNION ALL SELECT key FROM (${input.vanished})`)
  const held = input.held === undefined ? 0 : await leaveOut(engine, input.held)
  if (!few) await readOld('SELECT key FROM differing')
  await engine.writeParquet(
    `SELECT key, columns,
       ${kindsSql(definition, raw, TEXT_LISTS, 'was_gone')} AS kinds,
       before, after, _file, _pos
     FROM (
       SELECT *, ${changedColumnsSql(definition, TEXT_LISTS)} AS columns
       FROM (
         SELECT d.key,
           CASE WHEN o.${key} IS NOT NULL THEN ${struct('o')} END AS before,
           CASE WHEN n.${key} IS NOT NULL THEN ${struct('n')} END AS after,
           o._file, o._pos, g.key IS NOT NULL AS was_gone
         FROM differing d
         LEFT JOIN ${good} n ON n.${key} = d.key
         LEFT JOIN old_versions o ON o.${key} = d.key
         LEFT JOIN (SELECT DISTINCT key FROM (${input.onceVanished})) g ON g.key = d.key
       )
     )`,
    path,
  )
  for (const table of ['differing', 'old_versions']) await engine.run(`DROP TABLE ${table}`)
  const counts = await countKinds(engine, kindNames(raw), path)
  const [sums] = await engine.rows(`SELECT count(*) FILTER (WHERE after IS NOT NULL) AS landed,
    count(*) FILTER (WHERE _file IS NOT NULL) AS hidden FROM read_parquet(${literal(path)})`)
  return { path, counts, landed: Number(sums?.['landed']), hidden: Number(sums?.['hidden']), held }
}

async function leaveOut(engine: ComparingEngine, held: string): Promise<number> {
  await engine.run(
    `CREATE OR REPLACE TEMP TABLE held AS SELECT DISTINCT key FROM differing SEMI JOIN (${held}) h USING (key)`,
  )
  await engine.run('DELETE FROM differing WHERE key IN (SELECT key FROM held)')
  const [count] = await engine.rows('SELECT count(*) AS n FROM held')
  await engine.run('DROP TABLE held')
  return Number(count?.['n'])
}

async function countKinds(engine: ComparingEngine, kinds: readonly string[], path: string): Promise<ChangeCounts> {
  const rows = await engine.rows(
    `SELECT kind, count(*) AS n FROM (SELECT unnest(kinds) AS kind FROM read_parquet(${literal(path)})) GROUP BY kind`,
  )
  const found = new Map(rows.map((row) => [String(row['kind']), Number(row['n'])]))
  return Object.fromEntries(kinds.filter((kind) => found.has(kind)).map((kind) => [kind, found.get(kind)!]))
}
