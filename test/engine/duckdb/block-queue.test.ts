import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BlockQueue } from '../../../src/engine/duckdb/block-queue.ts'

test('blocks are filled and emptied in turn, and who fills waits while none is empty', async () => {
  const filling = new BlockQueue(2)
  const emptying = new BlockQueue(2, filling.control)
  assert.equal(filling.toFill(), 0)
  filling.filled()
  assert.equal(filling.toFill(), 1)
  filling.filled()
  const waiting = filling.toFill()
  assert.ok(waiting instanceof Promise)
  assert.equal(emptying.toEmpty(), 0)
  emptying.emptied()
  await waiting
  assert.equal(filling.toFill(), 0)
  assert.equal(emptying.toEmpty(), 1)
  emptying.emptied()
  filling.close(true)
  assert.equal(emptying.toEmpty(), undefined)
})

test('who empties hears that the rows are abandoned, whatever is still there', () => {
  const queue = new BlockQueue(2)
  queue.filled()
  queue.close(false)
  assert.throws(() => queue.toEmpty(), { code: 'interrupted' })
})
