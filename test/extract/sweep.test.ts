import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { openDuckDb } from '../../src/engine/duckdb/engine.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { type Sweep, sweepSource } from '../../src/extract/sweep.ts'
import type { Extracted, ExtractOptions, SourceView, StagedPart } from '../../src/source/source.ts'

type Row = { key: number | null; cursor: number }
const columns = ['key', 'cursor'].map((name) => ({ name, type: 'long' as const, declared: 'long' }))

async function staged(engine: Engine, folder: string, name: string, rows: readonly Row[]): Promise<StagedPart> {
  const values = rows
    .map(({ key, cursor }) => `(${key === null ? 'NULL' : `'${BigInt(key)}'`}::BIGINT, ${cursor}::BIGINT)`)
    .join(', ')
  const select = rows.length
    ? `SELECT * FROM (VALUES ${values}) AS t(key, cursor)`
    : 'SELECT 0::BIGINT AS key, 0::BIGINT AS cursor LIMIT 0'
  const { path } = await engine.writeParquet(select, join(folder, `${name}.parquet`))
  return { files: [path], columns, rows: rows.length }
}

/** Hands keys and cursors over as the fast reader of MySQL does: in the order of keys, in blocks that may be small. */
async function byColumns({ stage }: ExtractOptions, rows: readonly Row[]): Promise<Extracted> {
  const types = columns.map(({ name }) => ({ name, type: 'BIGINT' }))
  const sink = await stage.columnSink!(stage.folder, 'sweep', types, 1024)
  const sorted = rows.toSorted((a, b) => (a.key ?? -Infinity) - (b.key ?? -Infinity))
  const blockRows = 3
  for (let from = 0; from < sorted.length; from += blockRows) {
    const { memory, begin } = await sink.take()
    const some = sorted.slice(from, from + blockRows)
    const view = new DataView(memory, begin)
    const [key, cursor] = sink.layout.columns
    for (const { valid } of [key!, cursor!]) view.setUint8(valid, 0xff)
    some.forEach((row, i) => {
      if (row.key === null) view.setUint8(key!.valid, view.getUint8(key!.valid) & ~(1 << i))
      else view.setBigInt64(key!.data + i * 8, BigInt(row.key), true)
      view.setBigInt64(cursor!.data + i * 8, BigInt(row.cursor), true)
    })
    sink.put(some.length, 0, [some.filter((row) => row.key === null).length, 0])
  }
  const { files, rows: staged } = await sink.finish()
  return { parts: [{ files, columns, rows: staged }], rows: staged }
}

/** How a source is read: swept by columns or by rows, or only as a whole. */
type Way = 'columns' | 'rows' | 'whole'
const WAYS: readonly Way[] = ['columns', 'rows', 'whole']

/** A source over rows in memory. */
function viewOf(engine: Engine, folder: string, rows: readonly Row[], way: Way): SourceView {
  const answer = async (name: string, some: readonly Row[]): Promise<Extracted> => {
    const part = await staged(engine, folder, name, some)
    return { parts: [part], rows: part.rows }
  }
  return {
    columns,
    extract: () => answer('whole', rows),
    ...(way !== 'whole'
      ? {
          sweep: (options) => (way === 'columns' ? byColumns(options, rows) : answer('sweep', rows)),
          fetch: async ({ keys }: { keys: AsyncIterable<bigint[]> }) => {
            const wanted = new Set<number>()
            let last = -Infinity
            for await (const batch of keys) {
              for (const key of batch) {
                assert.ok(Number(key) > last, 'keys come in ascending order, none twice')
                last = Number(key)
                wanted.add(last)
              }
            }
            return answer(
              'fetched',
              rows.filter((row) => row.key !== null && wanted.has(row.key)),
            )
          },
        }
      : {}),
    async [Symbol.asyncDispose]() {},
  }
}

async function sweep(lake: readonly Row[], source: readonly Row[], way: Way) {
  const folder = await mkdtemp(join(tmpdir(), 'blotter-sweep-'))
  try {
    await using engine = await openDuckDb({ memoryBytes: 128 * 2 ** 20, spillFolder: join(folder, 'spill') })
    const known = await staged(engine, folder, 'lake', lake)
    const options: ExtractOptions = {
      stage: {
        folder,
        rows: engine.rows,
        run: engine.run,
        writeParquet: engine.writeParquet,
        chunkWriter: engine.chunkWriter,
        columnSink: engine.columnSink,
      },
      signal: new AbortController().signal,
      progress: () => {},
    }
    const view = viewOf(engine, folder, source, way)
    const input = {
      options,
      key: 'key',
      cursor: 'cursor',
      known: { select: `SELECT key, cursor FROM '${known.files[0]}'`, cursorType: 'BIGINT', numbers: engine.numbers },
      read: () => ({ key: 'key', cursor: 'cursor' }),
    }
    // A sweep that is lost leaves nothing in the way of the next one.
    const lost: SourceView = {
      ...view,
      async sweep({ stage }) {
        const sink = await stage.columnSink!(
          folder,
          'lost',
          columns.map(({ name }) => ({ name, type: 'BIGINT' })),
        )
        await sink.abandon()
        throw new Error('gone')
      },
    }
    if (way !== 'whole') await assert.rejects(sweepSource({ ...input, view: lost }), /gone/)
    const found: Sweep = await sweepSource({ ...input, view })
    const read = async (files: readonly string[]) =>
      (await engine.rows(`SELECT * FROM read_parquet([${files.map((f) => `'${f}'`)}]) ORDER BY ALL`)).map((row) => ({
        key: row['key'] === null ? null : Number(row['key']),
        ...('cursor' in row ? { cursor: Number(row['cursor']) } : {}),
      }))
    return {
      swept: found.swept,
      rows: found.rows,
      fetched: (await Promise.all(found.parts.map((part) => read(part.files)))).flat(),
      vanished: (await read([found.vanished])).map((row) => row.key),
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const unique = fc.uniqueArray(
  fc.record({ key: fc.integer({ min: 1, max: 30 }), cursor: fc.integer({ min: 1, max: 3 }) }, { noNullPrototype: true }),
  {
    selector: (row) => row.key,
    maxLength: 20,
  },
)

test('a sweep finds new, changed, late and vanished keys, whether the source sweeps itself or is read whole', async () => {
  await fc.assert(
    fc.asyncProperty(unique, unique, fc.constantFrom(...WAYS), async (lake, source, way) => {
      const known = new Map(lake.map((row) => [row.key, row.cursor]))
      const differing = source.filter((row) => known.get(row.key) !== row.cursor).sort((a, b) => a.key - b.key)
      const there = new Set(source.map((row) => row.key))
      assert.deepEqual(await sweep(lake, source, way), {
        swept: source.length,
        rows: differing.length,
        fetched: differing,
        vanished: lake
          .map((row) => row.key)
          .filter((key) => !there.has(key))
          .sort((a, b) => a - b),
      })
    }),
    { numRuns: 18 },
  )
})

test('a key that stands twice is read in all its versions, and rows without a key always are', async () => {
  const lake = [
    { key: 1, cursor: 2 },
    { key: 2, cursor: 1 },
  ]
  const source = [
    { key: 1, cursor: 1 },
    { key: 1, cursor: 2 },
    { key: 2, cursor: 1 },
    { key: null, cursor: 9 },
  ]
  for (const way of WAYS) {
    const found = await sweep(lake, source, way)
    assert.deepEqual(found.fetched.slice(0, 2), [
      { key: 1, cursor: 1 },
      { key: 1, cursor: 2 },
    ])
    // By its key nobody can fetch such a row: the source says how many there are.
    assert.deepEqual(found.fetched.slice(2), way === 'whole' ? [{ key: null, cursor: 9 }] : [])
    assert.deepEqual([found.swept, found.vanished], [3, []])
  }
})

test('nothing that differs is nothing that is read', async () => {
  const rows = [
    { key: 1, cursor: 2 },
    { key: 2, cursor: 1 },
  ]
  for (const way of WAYS) {
    assert.deepEqual(await sweep(rows, rows, way), { swept: 2, rows: 0, fetched: [], vanished: [] })
  }
})

test('keys at both ends of what 64 bits hold are compared, and one that stands twice among equal ones is found', async () => {
  const [low, high] = [-(2 ** 52), 2 ** 52]
  const rows = [
    { key: low, cursor: 1 },
    { key: 0, cursor: 1 },
    { key: high, cursor: 1 },
  ]
  for (const way of WAYS) {
    const found = await sweep([...rows, { key: 5, cursor: 1 }], [...rows, { key: high, cursor: 1 }], way)
    assert.deepEqual(found.vanished, [5])
    assert.deepEqual(found.fetched, [
      { key: high, cursor: 1 },
      { key: high, cursor: 1 },
    ])
  }
})

test('the least key of 64 bits is fetched like any other', async () => {
  const least = { key: -(2 ** 63), cursor: 1 }
  for (const way of WAYS) assert.deepEqual((await sweep([], [least, { key: 0, cursor: 1 }], way)).fetched[0], least)
})

test('of keys that stand several times all versions are read, wherever they lie among others', async () => {
  const row = fc.record(
    { key: fc.integer({ min: 1, max: 12 }), cursor: fc.integer({ min: 1, max: 2 }) },
    { noNullPrototype: true },
  )
  await fc.assert(
    fc.asyncProperty(unique, fc.array(row, { maxLength: 14 }), fc.constantFrom(...WAYS), async (lake, source, way) => {
      const known = new Map(lake.map(({ key, cursor }) => [key, cursor]))
      const times = (key: number): number => source.filter((other) => other.key === key).length
      const wanted = source.filter(({ key, cursor }) => times(key) > 1 || known.get(key) !== cursor)
      const found = await sweep(lake, source, way)
      assert.deepEqual(
        found.fetched,
        wanted.sort((a, b) => a.key - b.key || a.cursor - b.cursor),
      )
      assert.deepEqual(
        found.vanished,
        lake
          .map(({ key }) => key)
          .filter((key) => times(key) === 0)
          .sort((a, b) => a - b),
      )
    }),
    { numRuns: 12 },
  )
})

test('keys beyond what a block takes are compared, wherever they lie and whatever has changed', async () => {
  const lake = Array.from({ length: 9000 }, (_, i) => ({ key: (i - 4500) * 3, cursor: i % 5 }))
  const source = lake.flatMap(({ key, cursor }, i) => {
    if (i % 7 === 3) return []
    return i % 2
      ? [{ key, cursor }]
      : [
          { key, cursor: cursor + 9 },
          { key: key + 1, cursor },
        ]
  })
  const known = new Map(lake.map(({ key, cursor }) => [key, cursor]))
  const found = await sweep(lake, source, 'columns')
  assert.equal(found.swept, source.length)
  assert.deepEqual(
    found.fetched,
    source.filter(({ key, cursor }) => known.get(key) !== cursor),
  )
  assert.deepEqual(
    found.vanished,
    lake.filter((_, i) => i % 7 === 3).map(({ key }) => key),
  )
})
