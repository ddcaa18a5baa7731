import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { BlotterError } from '../../src/errors.ts'
import { type Columns, load, regroup } from '../../src/load/load.ts'

const NEVER = new AbortController().signal

/** A table in memory: key and value. */
function tableInMemory() {
  const rows = new Map<unknown, unknown>()
  const sizes: number[] = []
  return {
    rows,
    sizes,
    async upsert([keys = [], values = []]: Columns) {
      sizes.push(keys.length)
      const counts = { inserted: 0, updated: 0, unchanged: 0 }
      keys.forEach((key, i) => {
        const kind = !rows.has(key) ? 'inserted' : rows.get(key) === values[i] ? 'unchanged' : 'updated'
        counts[kind]++
        rows.set(key, values[i])
      })
      return counts
    },
  }
}

async function* chunksOf(rows: readonly (readonly [number, string])[], size: number): AsyncGenerator<Columns> {
  for (let from = 0; from < rows.length; from += size) {
    const some = rows.slice(from, from + size)
    yield [some.map(([key]) => key), some.map(([, value]) => value)]
  }
}

describe('A load', () => {
  it('accounts for every row, and again when it is repeated', async () => {
    const target = tableInMemory()
    const rows = Array.from({ length: 1000 }, (_, i) => [i, `v${i}`] as const)
    const options = { target, signal: NEVER, progress: () => {}, chunkRows: 300 }
    const first = await load({ ...options, rows: chunksOf(rows, 7) })
    assert.deepEqual(first, { read: 1000, inserted: 1000, updated: 0, unchanged: 0 })
    assert.deepEqual(target.sizes, [300, 300, 300, 100])
    const later = rows.map(([key, value]) => [key, key < 10 ? 'new' : value] as const)
    const second = await load({ ...options, rows: chunksOf(later, 999) })
    assert.deepEqual(second, { read: 1000, inserted: 0, updated: 10, unchanged: 990 })
    assert.equal(target.rows.get(3), 'new')
  })

  it('is content with no row', async () => {
    const target = tableInMemory()
    const counts = await load({ rows: [], target, signal: NEVER, progress: () => {} })
    assert.deepEqual(counts, { read: 0, inserted: 0, updated: 0, unchanged: 0 })
    assert.deepEqual(target.sizes, [])
  })

  it('stops between two chunks when it is interrupted, what was committed staying', async () => {
    const target = tableInMemory()
    const interrupt = new AbortController()
    async function* rows(): AsyncGenerator<Columns> {
      yield [
        [1, 2],
        ['a', 'b'],
      ]
      yield [
        [3, 4],
        ['c', 'd'],
      ]
      interrupt.abort()
      yield [
        [5, 6],
        ['e', 'f'],
      ]
    }
    const loading = load({ rows: rows(), target, signal: interrupt.signal, progress: () => {}, chunkRows: 2 })
    await assert.rejects(loading, { code: 'interrupted' })
    assert.equal(target.rows.size, 4)
  })

  it('passes on what its rows or its target throw', async () => {
    const fault = new BlotterError('source_lost', 'x', { todo: 'y' })
    async function* rows(): AsyncGenerator<Columns> {
      yield [[1], ['a']]
      throw fault
    }
    await assert.rejects(load({ rows: rows(), target: tableInMemory(), signal: NEVER, progress: () => {} }), fault)
    const target = { upsert: () => Promise.reject(fault) }
    await assert.rejects(load({ rows: [[[1], ['a']]], target, signal: NEVER, progress: () => {} }), fault)
  })

  it('tells how far it is, not too often', async () => {
    const told: number[] = []
    const slow = {
      async upsert([keys = []]: Columns) {
        await new Promise((resolve) => setTimeout(resolve, 100))
        return { inserted: keys.length, updated: 0, unchanged: 0 }
      },
    }
    const rows = Array.from({ length: 7 }, (_, i): Columns => [[i]])
    await load({ rows, target: slow, signal: NEVER, progress: (n) => told.push(n), chunkRows: 1 })
    assert.ok(told.length >= 1 && told.length <= 3, told.join())
    assert.ok(told.every((n, i) => n > (told[i - 1] ?? 0)))
  })
})

describe('Rows in other chunks', () => {
  it('are the same rows in the same order, in chunks of the size that was asked for', async () => {
    const property = fc.asyncProperty(fc.array(fc.nat(9)), fc.integer({ min: 1, max: 7 }), async (lengths, size) => {
      let next = 0
      const chunks = lengths.map((length): Columns => {
        const keys = Array.from({ length }, () => next++)
        return [keys, keys.map((key) => `v${key}`)]
      })
      const out: Columns[] = []
      for await (const chunk of regroup(chunks, size)) out.push(chunk)
      assert.deepEqual(
        out.flatMap(([keys]) => keys),
        Array.from({ length: next }, (_, i) => i),
      )
      assert.deepEqual(
        out.flatMap(([, values]) => values),
        Array.from({ length: next }, (_, i) => `v${i}`),
      )
      const sizes = out.map(([keys]) => keys!.length)
      const last = sizes.pop() ?? size
      assert.ok(sizes.every((found) => found === size) && last > 0 && last <= size)
    })
    await fc.assert(property, { numRuns: 200 })
  })
})
