import { openDuckDb } from '../src/engine/duckdb/engine.ts'
import { identifier, literal } from '../src/model/sql-text.ts'
import { join } from 'node:path'
import { COMPARED } from './table.ts'

/** Rows of a table and a sum of hashes over all columns, which no order of rows changes. */
export interface Fingerprint {
  rows: number
  hash: string
}

const FINGERPRINT_COLUMNS = `count(*) AS n, CAST(sum(CAST(hash(${Object.entries(COMPARED)
  .map(([name, type]) => `CAST(${identifier(name)} AS ${type})`)
  .join(', ')}) AS HUGEINT)) AS VARCHAR) AS h`

/** Of Parquet files (a path or a pattern). */
export async function fingerprintOf(files: string, folder: string): Promise<Fingerprint> {
  await using engine = await openDuckDb({ memoryBytes: 2 ** 30, spillFolder: join(folder, 'spill-verify') })
  const [row] = await engine.rows(
    `SELECT ${FINGERPRINT_COLUMNS} FROM read_parquet(${literal(files)}, hive_partitioning = false)`,
  )
  return { rows: Number(row!['n']), hash: String(row!['h']) }
}

export function requireSame(name: string, found: Fingerprint, expected: Fingerprint): void {
  if (found.rows === expected.rows && found.hash === expected.hash) return
  throw new Error(
    `${name} is wrong: expected ${expected.rows} rows with hash ${expected.hash}, got ${found.rows} with ${found.hash}.`,
  )
}
