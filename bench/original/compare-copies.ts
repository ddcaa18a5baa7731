/** Which incidents differ between two daily copies, as whoever has only copies finds it: `compare-copies.ts BEFORE AFTER` (patterns). */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDuckDb } from '../../src/engine/duckdb/engine.ts'
import { literal } from '../../src/model/sql-text.ts'

const [before = '', after = ''] = process.argv.slice(2)
const spillFolder = await mkdtemp(join(tmpdir(), 'blotter-'))
const copy = (files: string): string => `read_parquet(${literal(files)}, hive_partitioning = false)`
try {
  await using engine = await openDuckDb({ memoryBytes: 2 ** 30, spillFolder })
  const [row] = await engine.rows(`SELECT count(*) AS n
    FROM (SELECT id, hash(b) AS h FROM ${copy(before)} b) b FULL JOIN (SELECT id, hash(a) AS h FROM ${copy(after)} a) a USING (id)
    WHERE a.h IS DISTINCT FROM b.h`)
  console.log(String(row!['n']))
} finally {
  await rm(spillFolder, { recursive: true, force: true })
}
