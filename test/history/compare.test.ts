import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openDuckDb } from '../../src/engine/duckdb/engine.ts'
import { compareWithTable } from '../../src/history/compare.ts'
import type { RawDefinition, SourceDefinition } from '../../src/model/pipeline.ts'

const definition: SourceDefinition = {
  table: 'x',
  key: 'id',
  cursor: 'stamp',
  occurred: 'stamp',
  required: [],
  timezone: 'UTC',
  columns: [
    { name: 'id', type: 'long', doc: '' },
    { name: 'name', type: 'string', doc: '' },
    { name: 'stamp', type: 'timestamp', doc: '' },
  ],
}
const raw: RawDefinition = { warnings: {}, kinds: { renamed: { columns: ['name'] } } }
const row = (id: number, name: string, day = 1): string => `(${id}, '${name}', TIMESTAMP '2026-01-0${day}')`
const values = (...rows: string[]): string => `SELECT * FROM (VALUES ${rows.join(', ')}) AS v(id, name, stamp)`

test('good rows are compared with the table, and what a restore holds is left as it is and counted', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'blotter-'))
  try {
    await using engine = await openDuckDb({ memoryBytes: 128 * 2 ** 20, spillFolder: join(folder, 'spill'), threads: 1 })
    const good = join(folder, 'good.parquet')
    await engine.writeParquet(values(row(1, 'a'), row(2, 'B'), row(3, 'c', 2), row(5, 'e'), row(6, 'f'), row(7, 'G')), good)
    const current = `SELECT *, 0::BIGINT AS _file, id AS _pos FROM (${values(row(1, 'a'), row(2, 'b'), row(3, 'c'), row(4, 'd'), row(7, 'g'))})`
    const input = { engine, definition, raw, good, current, vanished: 'SELECT 4 AS key', onceVanished: 'SELECT 6 AS key' }
    const told = async (current: number, held?: string) => {
      const rowsOf = { good: 6, current }
      const comparison = await compareWithTable({ ...input, rows: rowsOf, held, path: join(folder, 'changes.parquet') })
      const rows = await engine.rows(`SELECT key, kinds FROM read_parquet('${comparison.path}') ORDER BY key`)
      const { counts, landed, hidden, held: left } = comparison
      return { counts, landed, hidden, held: left, rows: rows.map((one) => `${String(one['key'])} ${String(one['kinds'])}`) }
    }
    // As a whole, and as few rows beside many: the same comes of it.
    for (const current of [5, 5_000_000]) {
      assert.deepEqual(await told(current), {
        counts: { new: 1, vanished: 1, returned: 1, renamed: 2, restamped: 1 },
        landed: 5,
        hidden: 4,
        held: 0,
        rows: ['2 renamed', '3 restamped', '4 vanished', '5 new', '6 returned', '7 renamed'],
      })
      // Held keys that do not differ, or that nobody knows, count for nothing; one named twice counts once.
      assert.deepEqual(await told(current, 'SELECT unnest([1, 2, 2, 4, 6, 99]) AS key'), {
        counts: { new: 1, renamed: 1, restamped: 1 },
        landed: 3,
        hidden: 2,
        held: 3,
        rows: ['3 restamped', '5 new', '7 renamed'],
      })
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
