import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SqlTable } from '../../src/model/pipeline.ts'
import { trinoQuery } from '../../src/transform/trino.ts'

const table: SqlTable = {
  name: 'processed.x',
  mode: 'by-key',
  columns: [
    { name: 'id', type: 'long' },
    { name: 'kind', type: 'string' },
    { name: 'processed_at', type: 'timestamptz' },
  ],
  doc: '',
  sql: "select id, coalesce(t.kind, ':batch_at') as kind, :processed_at as processed_at from raw.x left join reference.kinds t on true",
  hash: '',
  reads: ['raw.x', 'reference.kinds'],
}

test('a table’s SQL reaches Trino with its parameters, its reference rows and its types, and texts are left alone', () => {
  const parameters = { batchAt: '2026-11-23T06:00:00Z', processedAt: '2026-11-23T06:00:01Z' }
  const sql = trinoQuery(table, parameters, { 'reference.kinds': { columns: ['kind'], rows: [["it's"], [null]] } })
  const [casts, body] = sql.split(' FROM (\n', 2)
  assert.equal(
    casts,
    ['bigint) AS "id"', 'varchar) AS "kind"', 'timestamp(6) with time zone) AS "processed_at"']
      .map((end) => `CAST(${/"\w+"$/.exec(end)![0]} AS ${end}`)
      .join(', ')
      .replace(/^/, 'SELECT '),
  )
  const values = `(SELECT * FROM (VALUES ('it''s'), (NULL)) AS v ("kind")) t on true\n)`
  const stamp = "timestamp '2026-11-23 06:00:01 UTC' as processed_at"
  assert.equal(body, `select id, coalesce(t.kind, ':batch_at') as kind, ${stamp} from raw.x left join ${values}`)
})
