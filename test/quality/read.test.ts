import assert from 'node:assert/strict'
import { test } from 'node:test'
import { canHold, declaredColumn, readAs } from '../../src/quality/read.ts'
import { DEFINITION, openBench } from './bench.ts'

const bench = await openBench()

test('texts keep their case and their spaces', async () => {
  const texts = ['0000X W Washington St', '  two  spaces ', 'CTA "L" TRAIN', "O'HARE", 'Ünïcode', 'a\\b', 'line\nbreak', ' ']
  assert.deepEqual(
    await bench.read({}, 'text', texts),
    texts.map((text) => [text, null]),
  )
})

test('an empty text is no value in a file and a text of no letters in a database', async () => {
  assert.deepEqual(await bench.read({}, 'text', ['', null], true), [
    [null, null, 'empty_text'],
    [null, null],
  ])
  assert.deepEqual(await bench.read({}, 'text', ['', null], false), [
    ['', null],
    [null, null],
  ])
})

test('a native value is a text where a text is declared', async () => {
  assert.deepEqual(await bench.read({}, 'long', [12]), [['12', null]])
  assert.deepEqual(await bench.read({}, 'boolean', [true]), [['true', null]])
  assert.deepEqual(await bench.read({}, 'timestamp', ['2024-03-10 02:30:00']), [['2024-03-10 02:30:00', null]])
})

test('a type holds what can be read as it, and nothing else', () => {
  assert.ok(canHold('string', 'timestamp'))
  assert.ok(canHold('boolean', 'long'))
  assert.ok(!canHold('long', 'boolean'))
  assert.ok(!canHold('timestamp', 'long'))
  assert.ok(!canHold('timestamptz', 'timestamp'))
})

test('a found column is read alone as a declared one', async () => {
  const column = { name: 'The "Id"', type: 'text', declared: 'text' } as const
  const [key, cursor] = [readAs(DEFINITION, 'id', column, true), readAs(DEFINITION, 'seen', undefined, true)]
  const sql = `SELECT ${key} AS id, typeof(${cursor}) AS cursor FROM (SELECT ' 7.0' AS "The ""Id""")`
  assert.deepEqual(await bench.engine.rows(sql), [{ id: 7n, cursor: 'TIMESTAMP' }])
})

test('a name that is not declared is refused', () => {
  assert.throws(() => declaredColumn(DEFINITION, 'nowhere'), { name: 'BlotterError', code: 'pipeline_invalid' })
})
