import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Scan } from '../../src/lake/read/plan.ts'
import { schemaOf } from '../../src/model/schema.ts'
import { findIncidents } from '../../src/query/search.ts'

test('a column that the batch does not have is not searched', async () => {
  const scan = (...names: string[]): Scan => ({
    table: 'raw.x',
    schema: schemaOf(names.map((name) => ({ name, type: 'string' }))),
    files: [],
    rows: 0,
    rowsExact: true,
  })
  const asked: string[] = []
  const engine = { rows: async (sql: string) => (asked.push(sql), []) }
  const columns = ['id', 'case_number', 'note'].map((name) => ({ name, type: 'string', doc: '' }) as const)
  const source = { table: 'x', key: 'id', cursor: 'at', occurred: 'at', required: [], timezone: 'UTC', columns }
  const scans = { raw: scan('id', 'case_number'), ledger: scan('id', 'before') }
  assert.deepEqual(await findIncidents(engine, { ...source, search: ['case_number', 'note'] }, scans, 'x1'), [])
  assert.equal(asked.length, 1)
  assert.match(asked[0]!, /"case_number" IN/)
})
