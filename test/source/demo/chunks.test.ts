import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { DemoChunk } from '../../../src/model/pipeline.ts'
import { fetched, stageChunks, swept } from '../../../src/source/demo/chunks.ts'
import { NEVER, openWorkbench } from '../contract.ts'

function* inChunks(keys: readonly bigint[], size: number): Generator<DemoChunk> {
  for (let from = 0; from < keys.length; from += size) {
    const part = keys.slice(from, from + size)
    yield { rows: part.length, columns: [part.map((key) => `row ${key}`), part] }
  }
}

async function* inGroups(keys: readonly bigint[], size: number): AsyncGenerator<bigint[]> {
  for (let from = 0; from < keys.length; from += size) yield keys.slice(from, from + size)
}

const ascending = fc
  .uniqueArray(fc.bigInt(0n, 60n), { maxLength: 40 })
  .map((keys) => keys.toSorted((a, b) => (a < b ? -1 : 1)))

describe('Chunks of a demo', () => {
  it('give the rows of the keys that are asked for, whatever the sizes', () =>
    fc.assert(
      fc.asyncProperty(
        ascending,
        ascending,
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        async (all, wanted, chunk, group) => {
          const found: unknown[] = []
          for await (const { rows, columns } of fetched(inChunks(all, chunk), 1, inGroups(wanted, group))) {
            assert.ok(rows > 0 && columns.every((column) => column.length === rows))
            found.push(...columns[0]!)
          }
          assert.deepEqual(
            found,
            all.filter((key) => wanted.includes(key)).map((key) => `row ${key}`),
          )
        },
      ),
    ))

  it('give some of their columns, in the order that is asked for', () => {
    assert.deepEqual(
      [...swept(inChunks([1n, 2n], 2), [1, 0])],
      [
        {
          rows: 2,
          columns: [
            [1n, 2n],
            ['row 1', 'row 2'],
          ],
        },
      ],
    )
  })

  it('let the world in while they are written', async () => {
    await using bench = await openWorkbench()
    const stop = new AbortController()
    const keys = Array.from({ length: 20_000 }, (_, i) => BigInt(i))
    setTimeout(() => stop.abort(), 1)
    const columns = [
      { name: 'text', type: 'text' as const, declared: 'string' },
      { name: 'key', type: 'long' as const, declared: 'long' },
    ]
    const given = { stage: bench.stage, progress: () => {} }
    const staging = stageChunks('some', inChunks(keys, 10), columns, { ...given, signal: stop.signal })
    await assert.rejects(staging, { code: 'interrupted' })
    const whole = await stageChunks('whole', inChunks(keys, 1000), columns, { ...given, signal: NEVER })
    assert.equal((await bench.read(whole)).length, 20_000)
  })
})
