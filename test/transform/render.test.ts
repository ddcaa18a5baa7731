import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SqlTable } from '../../src/model/pipeline.ts'
import { schemaOf } from '../../src/model/schema.ts'
import { fillIn, referenceSql, renderTable, viewStatements } from '../../src/transform/render.ts'

test('parameters are filled in where they are meant, and nowhere else', () => {
  const sql = `select ':batch_at', x::date, :batch_at -- :batch_at\n, :unknown, a[1:2], 'it''s :batch_at'`
  assert.equal(
    fillIn(sql, { batch_at: 'T' }),
    `select ':batch_at', x::date, T -- :batch_at\n, :unknown, a[1:2], 'it''s :batch_at'`,
  )
})

test('a table comes out in the columns and types that it declares', () => {
  const table = { sql: 'select 1 as n, :processed_at as at -- the end' } as SqlTable
  const schema = schemaOf([
    { name: 'at', type: 'timestamptz' },
    { name: 'n', type: 'long' },
  ])
  assert.equal(
    renderTable(table, schema, { batchAt: '2026-11-23T06:00:00Z', processedAt: '2026-11-23T06:01:00Z' }),
    `SELECT CAST("at" AS TIMESTAMPTZ) AS "at", CAST("n" AS BIGINT) AS "n" FROM (` +
      `select 1 as n, timestamptz '2026-11-23T06:01:00Z' as at -- the end\n)`,
  )
})

test('each namespace is made once, before its views', () => {
  const statements = viewStatements([
    { name: 'raw.a', sql: 'SELECT 1' },
    { name: 'raw.b', sql: 'SELECT 2' },
    { name: 'reference.c', sql: referenceSql(`it's.csv`) },
  ])
  assert.deepEqual(statements.slice(0, 3), [
    'CREATE SCHEMA IF NOT EXISTS "raw"',
    'CREATE SCHEMA IF NOT EXISTS "reference"',
    'CREATE OR REPLACE VIEW "raw"."a" AS SELECT 1',
  ])
  assert.match(statements[4]!, /'it''s\.csv'/)
})
