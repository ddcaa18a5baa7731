import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { DemoChunk, DemoDefinition, SourceDefinition } from '../../../src/model/pipeline.ts'
import { openDemoSource } from '../../../src/source/demo/source.ts'
import { trees } from '../trees.ts'
import { CONTRACT_COLUMNS, type ContractRow, describeSource, NEVER, openWorkbench } from '../contract.ts'

/** Chunks of three; the values tell the options that were asked for. */
const forest: DemoDefinition = {
  *incidents({ rows, seed, day }) {
    for (let from = 0; from < rows; from += 3) {
      const ids = Array.from({ length: Math.min(3, rows - from) }, (_, i) => from + i)
      yield {
        rows: ids.length,
        columns: [
          ids.map((id) => 2n ** 53n + BigInt(id) * 2n + 1n),
          ids.map(() => `oak ${seed}`),
          ids.map((id) => (id % 2 === 0 ? true : null)),
          ids.map(() => day),
          ids.map((id) => id / 8),
          ids.map(() => '2024-03-10 02:30:00'),
        ],
      }
    }
  },
}

describeSource('A demo', {
  async make(rows) {
    const sorted = rows.toSorted((a, b) => (a.id < b.id ? -1 : 1))
    const definition: SourceDefinition = {
      ...trees,
      columns: [
        { name: 'id', type: 'long', doc: '' },
        { name: 'name', type: 'string', doc: '' },
        { name: 'size', type: 'double', doc: '' },
        { name: 'seen_on', type: 'timestamp', doc: '' },
      ],
    }
    return openDemoSource('demo://contract', { definition, demo: { incidents: () => inChunks(sorted) } })
  },
})

function* inChunks(rows: readonly ContractRow[]): Generator<DemoChunk> {
  for (let from = 0; from < rows.length; from += 2048) {
    const part = rows.slice(from, from + 2048)
    yield { rows: part.length, columns: CONTRACT_COLUMNS.map((name) => part.map((row) => row[name])) }
  }
}

describe('A demo source', () => {
  const open = (url: string): ReturnType<typeof openDemoSource> => openDemoSource(url, { definition: trees, demo: forest })

  it('describes the columns that the pipeline declares', async () => {
    const source = open('demo://forest?rows=7')
    const told = await source.describe(NEVER)
    assert.deepEqual(
      told.columns.map(({ name, type }) => `${name} ${type}`),
      ['id long', 'kind text', 'felled boolean', 'rings long', 'height double', 'seen_on timestamp'],
    )
    assert.deepEqual(told.primaryKey, ['id'])
    assert.equal(told.rowsEstimate, 7)
    assert.equal(source.partial, false)
    assert.equal(source.url, 'demo://forest?rows=7')
  })

  it('leaves every row behind as it was made for these parameters, and counts none twice', async () => {
    await using bench = await openWorkbench()
    await using view = await open('demo://forest?rows=8&seed=5&day=2').open(NEVER)
    const told: number[] = []
    const got = await view.extract({ stage: bench.stage, signal: NEVER, progress: (rows) => told.push(rows) })
    assert.equal(got.rows, 8)
    assert.equal(got.counted, undefined)
    assert.deepEqual(told, [8])
    const rows = await bench.read(got)
    assert.equal(rows.length, 8)
    assert.deepEqual(rows[3], {
      id: 2n ** 53n + 7n,
      kind: 'oak 5',
      felled: null,
      rings: 2n,
      height: 0.375,
      seen_on: '2024-03-10 02:30:00',
    })
  })

  it('keeps what it swept beside what it fetched', async () => {
    await using bench = await openWorkbench()
    await using view = await open('demo://forest?rows=8').open(NEVER)
    const given = { stage: bench.stage, signal: NEVER, progress: () => {}, key: 'id' }
    async function* keys(): AsyncGenerator<bigint[]> {
      yield [5n, 2n ** 53n + 1n, 2n ** 53n + 15n]
    }
    const swept = await view.sweep!({ ...given, cursor: 'seen_on' })
    const fetched = await view.fetch!({ ...given, keys: keys() })
    const whole = await view.extract(given)
    assert.deepEqual(
      [swept, fetched, whole].map(({ rows }) => rows),
      [8, 2, 8],
    )
    assert.deepEqual(Object.keys((await bench.read(swept))[0]!), ['id', 'seen_on'])
    assert.deepEqual(
      (await bench.read(fetched)).map(({ height }) => height),
      [0, 0.875],
    )
    assert.equal((await bench.read(whole)).length, 8)
  })

  it('refuses a bad URL before anything is read', () => {
    assert.throws(() => open('demo://forest?rows=many'), { code: 'source_url_invalid' })
  })
})

it('A demo looks the same as long as its URL does', async () => {
  const mark = async (url: string) => openDemoSource(url, { definition: trees, demo: forest }).mark!(NEVER)
  assert.equal(await mark('demo://forest?rows=7'), await mark('demo://forest?rows=7&day=0'))
  assert.notEqual(await mark('demo://forest?rows=7'), await mark('demo://forest?rows=7&day=1'))
})
