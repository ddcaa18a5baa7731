import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CHANGE_KINDS } from '../../src/model/change.ts'
import { STEPS } from '../../src/model/report.ts'
import { lastColumnId, schemaOf } from '../../src/model/schema.ts'

test('ids are given level by level: outer columns first, then what they hold', () => {
  const schema = schemaOf([
    { name: 'id', type: 'long' },
    { name: 'kinds', type: { list: 'string' } },
    {
      name: 'before',
      type: {
        struct: [
          { name: 'x', type: 'int' },
          { name: 'y', type: 'string' },
        ],
      },
      doc: 'As it was.',
    },
  ])
  assert.deepEqual(schema.fields, [
    { id: 1, name: 'id', required: false, type: 'long' },
    {
      id: 2,
      name: 'kinds',
      required: false,
      type: { type: 'list', 'element-id': 4, 'element-required': false, element: 'string' },
    },
    {
      id: 3,
      name: 'before',
      required: false,
      doc: 'As it was.',
      type: {
        type: 'struct',
        fields: [
          { id: 5, name: 'x', required: false, type: 'int' },
          { id: 6, name: 'y', required: false, type: 'string' },
        ],
      },
    },
  ])
  assert.equal(lastColumnId(schema), 6)
  assert.equal(lastColumnId({ fields: [] }), 0)
})

test('the words for steps and kinds are those of the glossary', () => {
  assert.deepEqual(STEPS, ['extract', 'check', 'land', 'transform', 'aggregate', 'commit', 'publish'])
  assert.deepEqual([...CHANGE_KINDS].sort(), [
    'amended',
    'arrest_withdrawn',
    'arrested',
    'moved',
    'new',
    'reclassified',
    'restamped',
    'returned',
    'vanished',
  ])
})
