import assert from 'node:assert/strict'
import { test } from 'node:test'
import { blankText, emptyText, isPresent, textOf } from '../../src/quality/reading.ts'

const file = { found: 'f', value: 'v', emptyIsNull: true }
const database = { ...file, emptyIsNull: false }

test('an empty text is dropped and counted where emptiness means nothing', () => {
  assert.equal(textOf(file), `nullif(f, '')`)
  assert.deepEqual(emptyText(file), { empty_text: `f = ''` })
  assert.equal(textOf(database), 'f')
  assert.deepEqual(emptyText(database), {})
})

test('a blank text is no value of another type, from any source', () => {
  assert.deepEqual(blankText(database), blankText(file))
  assert.equal(isPresent('text', database), `trim(f) <> ''`)
  assert.equal(isPresent('long', database), 'f IS NOT NULL')
})
