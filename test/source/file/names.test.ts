import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { normalisedName, unionOfColumns, uniqueNames } from '../../../src/source/file/names.ts'

test('names are one if they differ in case, spaces and signs alone', () => {
  for (const name of ['Case Number', 'CASE_NUMBER', ' case  number', 'case-number']) {
    assert.equal(normalisedName(name), 'case_number')
  }
  assert.equal(normalisedName('Straße (neu)'), 'straße_neu_')
})

test('whatever a header holds, its names become as many different ones, and the first bearer keeps his', () => {
  const name = fc.oneof(fc.constantFrom('id', 'ID', 'id_2', 'Id 2', '', ' ', '_', '#', '_line'), fc.string({ maxLength: 3 }))
  fc.assert(
    fc.property(fc.array(name), (header) => {
      const names = uniqueNames(header, ['_line'])
      assert.equal(names.length, header.length)
      assert.equal(new Set([...names, '_line'].map((one) => one.toLowerCase())).size, names.length + 1)
      const first = header.findIndex((one) => one.trim() !== '' && one.trim() !== '_line')
      if (first >= 0) assert.equal(names[first]!.startsWith(header[first]!.trim()), true)
    }),
  )
})

test('a union has the first spelling of each name, and text where types differ', () => {
  const union = unionOfColumns([
    [
      { name: 'ID', type: 'long', declared: 'INT64' },
      { name: 'year', type: 'long', declared: 'INT32' },
    ],
    [
      { name: 'Year', type: 'text', declared: 'text' },
      { name: 'more', type: 'text', declared: 'text' },
    ],
  ])
  assert.deepEqual(
    union.map(({ name, type }) => `${name} ${type}`),
    ['ID long', 'year text', 'more text'],
  )
})
