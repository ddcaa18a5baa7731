import assert from 'node:assert/strict'
import { test } from 'node:test'
import { schemaOf } from '../../src/model/schema.ts'
import { duckdbType, fieldIds, identifier, literal, tableIdentifier } from '../../src/model/sql-text.ts'

test('quotes are doubled, so that no value ends its literal', () => {
  assert.equal(literal(`O'Hare'); DROP TABLE x --`), `'O''Hare''); DROP TABLE x --'`)
  assert.equal(identifier('a"b'), '"a""b"')
  assert.equal(tableIdentifier('raw.crimes'), '"raw"."crimes"')
  assert.equal(tableIdentifier('a.b.c'), '"a.b"."c"', 'another engine’s namespace within a namespace')
})

test('nested types and their ids are written as DuckDB wants them', () => {
  const schema = schemaOf([
    { name: 'kinds', type: { list: 'string' } },
    { name: 'before', type: { struct: [{ name: 'id', type: 'long' }] } },
  ])
  assert.deepEqual(
    schema.fields.map((field) => duckdbType(field.type)),
    ['VARCHAR[]', 'STRUCT("id" BIGINT)'],
  )
  assert.equal(fieldIds(schema), '{"kinds": {__duckdb_field_id: 1, element: 3}, "before": {__duckdb_field_id: 2, "id": 4}}')
})
