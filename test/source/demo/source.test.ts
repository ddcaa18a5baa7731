import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { openDuckDb } from '../../../src/engine/duckdb/engine.ts'
import { literal } from '../../../src/model/sql-text.ts'
import type { DemoDefinition, SourceDefinition } from '../../../src/model/pipeline.ts'
import { openDemoSource } from '../../../src/source/demo/source.ts'
import type { SourceView, Stage } from '../../../src/source/source.ts'

const definition: SourceDefinition = {
  table: 'trees',
  key: 'id',
  cursor: 'seen_on',
  occurred: 'seen_on',
  required: ['id'],
  timezone: 'America/Chicago',
  columns: [
    { name: 'id', type: 'long', doc: '' },
    { name: 'kind', type: 'string', doc: '' },
    { name: 'felled', type: 'boolean', doc: '' },
    { name: 'rings', type: 'int', doc: '' },
    { name: 'height', type: 'double', doc: '' },
    { name: 'seen_on', type: 'timestamp', doc: '' },
  ],
}

/** Chunks of three; the values tell the options that were asked for. */
const trees: DemoDefinition = {
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

const open = (url: string): Promise<SourceView> => openDemoSource(url, { definition, demo: trees }).open(soon())
const soon = (): AbortSignal => AbortSignal.timeout(10_000)

async function staged<T>(work: (stage: Stage, folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'blotter-'))
  try {
    const spillFolder = join(folder, 'spill')
    await using engine = await openDuckDb({ memoryBytes: 128 * 1024 ** 2, spillFolder, threads: 1 })
    return await work({ folder, ...engine }, folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

describe('A demo source', () => {
  it('describes the columns that the pipeline declares', async () => {
    const source = openDemoSource('demo://forest?rows=7', { definition, demo: trees })
    const told = await source.describe(soon())
    assert.deepEqual(told.columns.map(({ name, type }) => `${name} ${type}`), [
      'id long', 'kind text', 'felled boolean', 'rings long', 'height double', 'seen_on timestamp',
    ])
    assert.deepEqual(told.primaryKey, ['id'])
    assert.equal(told.rowsEstimate, 7)
    assert.equal(source.partial, false)
    assert.equal(source.url, 'demo://forest?rows=7')
  })

  it('leaves every row behind as it was made, and counts none twice', () =>
    staged(async (stage) => {
      const source = openDemoSource('demo://forest?rows=8&seed=5&day=2', { definition, demo: trees })
      await using view = await source.open(soon())
      const told: number[] = []
      const got = await view.extract({ stage, signal: soon(), progress: (rows) => told.push(rows) })
      assert.equal(got.rows, 8)
      assert.equal(got.counted, undefined)
      assert.deepEqual(told, [8])
      assert.equal(got.parts.length, 1)
      const files = got.parts[0]!.files.map(literal).join(', ')
      const rows = await stage.rows(`SELECT * FROM read_parquet([${files}])`)
      assert.equal(rows.length, 8)
      assert.deepEqual(rows[3], {
        id: 2n ** 53n + 7n,
        kind: 'oak 5',
        felled: null,
        rings: 2n,
        height: 0.375,
        seen_on: '2024-03-10 02:30:00',
      })
    }))

  it('leaves an empty file where the city is empty', () =>
    staged(async (stage) => {
      await using view = await open('demo://forest?rows=0')
      const got = await view.extract({ stage, signal: soon(), progress: () => {} })
      assert.equal(got.rows, 0)
      assert.equal(got.parts[0]!.files.length, 1)
    }))

  it('stops when it is told to', () =>
    staged(async (stage) => {
      await using view = await open('demo://forest?rows=8')
      const extraction = view.extract({ stage, signal: AbortSignal.abort(), progress: () => {} })
      await assert.rejects(extraction, { code: 'interrupted' })
    }))

  it('refuses a bad URL before anything is read', () => {
    assert.throws(() => openDemoSource('demo://forest?rows=many', { definition, demo: trees }), {
      code: 'source_url_invalid',
    })
  })
})
