import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sleep } from '../../../src/clock.ts'
import type { Engine } from '../../../src/engine/engine.ts'
import { enginesInTurn } from '../../../src/platform/serving/engines-in-turn.ts'

test('no more engines are open at a time than there are places, and a place is not lost by one that fails to open', async () => {
  let open = 0
  let most = 0
  let opened = 0
  const next = enginesInTurn(async () => {
    opened += 1
    if (opened % 5 === 0) throw new Error('no memory')
    most = Math.max(most, ++open)
    return { [Symbol.asyncDispose]: async () => void (open -= 1) } as unknown as Engine
  }, 2)
  const outcomes = await Promise.allSettled(
    Array.from({ length: 20 }, async () => {
      await using engine = await next()
      await sleep(2)
      await engine[Symbol.asyncDispose]()
    }),
  )
  assert.equal(most, 2)
  assert.equal(open, 0)
  assert.equal(outcomes.filter(({ status }) => status === 'rejected').length, 4)
})
