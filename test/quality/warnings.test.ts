import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StagedPart } from '../../src/source/source.ts'
import { bindColumns } from '../../src/quality/columns.ts'
import { columnWarnings, warningCounts } from '../../src/quality/warnings.ts'
import { DEFINITION, foundColumn, openBench, RAW } from './bench.ts'

const bench = await openBench()

test('rows are counted by warning, and now is the wall clock of the source', async () => {
  const rows = `SELECT lat, CAST(text AS TIMESTAMP) AS "at"
    FROM (VALUES (51, '2026-11-23 00:00:01'), (41, '2026-11-23 00:00:00')) t(lat, text)`
  const sql = warningCounts(RAW, DEFINITION, '2026-11-23T06:00:00Z', rows)
  assert.deepEqual(await bench.engine.rows(sql!), [{ far: 1n, future: 1n }])
})

test('a pipeline without warnings asks nothing', () => {
  assert.equal(warningCounts({ ...RAW, warnings: {} }, DEFINITION, '2026-11-23T06:00:00Z', 'SELECT 1'), undefined)
})

test('a column is missing if some part lacks it, and unknown once whatever the number of parts', () => {
  const bound = (names: readonly string[], rule?: string) => {
    const columns = names.map(foundColumn)
    const part: StagedPart = { files: [], columns, rows: 0, ...(rule ? { rule } : {}) }
    return { part, matching: bindColumns(DEFINITION, columns, {}), emptyIsNull: true }
  }
  const all = DEFINITION.columns.map((column) => column.name)
  const parts = [bound([...all, 'x', '_line']), bound(all.slice(0, -1)), bound(['x', 'y', 'id'], 'few_fields')]
  assert.deepEqual(columnWarnings(parts), { missing: ['seen'], unknown: ['x'] })
})
