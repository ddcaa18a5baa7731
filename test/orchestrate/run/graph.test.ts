import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { BlotterError } from '../../../src/errors.ts'
import { orderSteps } from '../../../src/orchestrate/run/graph.ts'

const names = (steps: readonly { name: string }[]): string[] => steps.map((step) => step.name)

function refused(words: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof BlotterError && error.code === 'pipeline_invalid' && words.test(error.message)
}

test('steps that name nothing keep the order of the list', () => {
  assert.deepEqual(names(orderSteps([{ name: 'a' }, { name: 'b' }, { name: 'c' }])), ['a', 'b', 'c'])
  assert.deepEqual(orderSteps([]), [])
})

test('a step comes after those it names, wherever the list has it', () => {
  const steps = [
    { name: 'c', after: ['b', 'a'] },
    { name: 'a', after: [] },
    { name: 'b', after: ['a'] },
  ]
  assert.deepEqual(names(orderSteps(steps)), ['a', 'b', 'c'])
})

test('a cycle is refused and spelled out', () => {
  const steps = [
    { name: 'a', after: ['c'] },
    { name: 'b', after: ['a'] },
    { name: 'c', after: ['b'] },
  ]
  assert.throws(() => orderSteps(steps), refused(/a after c after b after a/))
  assert.throws(() => orderSteps([{ name: 'a', after: ['a'] }]), refused(/a after a/))
  const behind = [
    { name: 'x', after: ['y'] },
    { name: 'y', after: ['z'] },
    { name: 'z', after: ['y'] },
  ]
  assert.throws(() => orderSteps(behind), refused(/: y after z after y\./))
})

test('unknown and repeated names are refused', () => {
  assert.throws(() => orderSteps([{ name: 'a', after: ['nowhere'] }]), refused(/"nowhere"/))
  assert.throws(() => orderSteps([{ name: 'a' }, { name: 'a' }]), refused(/two steps are called "a"/))
})

test('any graph without a cycle gets an order that keeps every `after`', () => {
  const graphs = fc
    .integer({ min: 1, max: 30 })
    .chain((size) =>
      fc.tuple(
        fc.shuffledSubarray([...Array(size).keys()], { minLength: size, maxLength: size }),
        fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 60 }),
      ),
    )
  fc.assert(
    fc.property(graphs, ([listed, pairs]) => {
      const edges = pairs.filter(([before, after]) => before < after)
      const steps = listed.map((at) => {
        const after = new Set(edges.filter(([, to]) => to === at).map(([from]) => `s${from}`))
        return { name: `s${at}`, after: [...after] }
      })
      const order = names(orderSteps(steps))
      assert.equal(order.length, steps.length)
      for (const step of steps) {
        for (const before of step.after) assert.ok(order.indexOf(before) < order.indexOf(step.name))
      }
    }),
  )
})
