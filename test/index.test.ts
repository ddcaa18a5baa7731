import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as index from '../src/index.ts'

test('a pipeline may import three functions, and each gives back what it is given', () => {
  assert.deepEqual(Object.keys(index).sort(), ['definePipeline', 'defineRaw', 'defineSource'])
  const head = { title: 'A city' }
  assert.equal(index.definePipeline(head), head)
})
