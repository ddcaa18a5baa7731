import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { placeAt, placePointedAt } from '../../src/query/place.ts'

test('an offset is a line and a column from 1', () => {
  assert.deepEqual(placeAt('select 1', 0), { line: 1, column: 1 })
  assert.deepEqual(placeAt('a\nbc\n', 3), { line: 2, column: 2 })
  assert.deepEqual(placeAt('a\n', 2), { line: 2, column: 1 })
  assert.equal(placeAt('a', 2), undefined)
  assert.equal(placeAt('a', Number.NaN), undefined)
})

test('a message that points below a line gives its place, also where the line was cut at both ends', () => {
  const sql = 'select 1,\n  foo(2) from t'
  assert.deepEqual(placePointedAt('Catalog Error: no foo\n\nLINE 2:   foo(2) from t\n          ^', sql), {
    line: 2,
    column: 3,
  })
  const long = `select '${'x'.repeat(99)}', foo(1), '${'y'.repeat(99)}'`
  const message = `no foo\n\nLINE 1: ...${long.slice(80, 160)}...\n${' '.repeat('LINE 1: ...'.length + long.indexOf('foo') - 80)}^`
  assert.deepEqual(placePointedAt(message, long), { line: 1, column: long.indexOf('foo') + 1 })
})

test('a message that points nowhere in the statement gives no place', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.nat(9), fc.nat(30), (sql, shown, number, indent) => {
      const place = placePointedAt(`x\nLINE ${number}: ${shown}\n${' '.repeat(indent)}^`, sql)
      if (!place) return
      const line = sql.split('\n')[place.line - 1]
      assert.ok(line !== undefined && place.column >= 1 && place.column <= line.length + 1)
    }),
  )
  assert.equal(placePointedAt('Conversion Error', 'select 1'), undefined)
})
