import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { openDuckDb } from '../../../src/engine/duckdb/engine.ts'
import type { ColumnSink, Engine } from '../../../src/engine/engine.ts'

async function inEngine(work: (engine: Engine, folder: string) => Promise<void>): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'blotter-'))
  const folder = join(root, 'staged')
  await mkdir(folder)
  try {
    await using engine = await openDuckDb({ memoryBytes: 512 * 2 ** 20, spillFolder: join(root, 'spill') })
    await work(engine, folder)
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}

const COLUMNS = [
  { name: 'id', type: 'BIGINT' },
  { name: 'x', type: 'DOUBLE' },
  { name: 'at', type: 'TIMESTAMP' },
  { name: 'on', type: 'DATE' },
  { name: 'yes', type: 'BOOLEAN' },
  { name: 'text', type: 'VARCHAR' },
  { name: 'more "text"', type: 'VARCHAR' },
]
type Values = [bigint | null, number | null, bigint | null, number | null, boolean | null, string | null, string | null]

/** Lays rows out as the port describes it, value by value. */
async function put(sink: ColumnSink, rows: readonly Values[]): Promise<void> {
  const { memory, begin } = await sink.take()
  const { columns, heap, heapBytes } = sink.layout
  const view = new DataView(memory)
  const bytes = new Uint8Array(memory)
  const nulls = COLUMNS.map(() => 0)
  let used = 0
  bytes.fill(0xaa, begin + heap, begin + heap + Math.min(heapBytes, 4096))
  rows.forEach((values, row) => {
    values.forEach((value, i) => {
      const { data, valid } = columns[i]!
      const bit = 1 << (row & 7)
      const place = begin + valid + (row >> 3)
      bytes[place] = value === null ? bytes[place]! & ~bit : bytes[place]! | bit
      if (value === null) return void nulls[i]!++
      if (typeof value === 'bigint') view.setBigInt64(begin + data + row * 8, value, true)
      else if (typeof value === 'boolean') bytes[begin + data + row] = Number(value)
      else if (i === 1) view.setFloat64(begin + data + row * 8, value as number, true)
      else if (i === 3) view.setInt32(begin + data + row * 4, value as number, true)
      else {
        const utf8 = Buffer.from(value as string)
        const entry = begin + data + row * 16
        bytes.fill(0, entry, entry + 16)
        view.setUint32(entry, utf8.length, true)
        bytes.set(utf8.subarray(0, utf8.length <= 12 ? 12 : 4), entry + 4)
        if (utf8.length <= 12) return
        view.setUint32(entry + 8, used, true)
        bytes.set(utf8, begin + heap + used)
        used += utf8.length + (row % 3)
      }
    })
  })
  sink.put(rows.length, used, nulls)
}

const nullable = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(values)
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.nat(300).map((n) => 'ä'.repeat(n)),
)
const anyRow: fc.Arbitrary<Values> = fc.tuple(
  nullable(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
  nullable(fc.double({ noNaN: true })),
  nullable(fc.bigInt({ min: -(10n ** 16n), max: 10n ** 16n })),
  nullable(fc.integer({ min: -700_000, max: 2_900_000 })),
  nullable(fc.boolean()),
  nullable(text),
  nullable(text),
)

describe('A column sink', () => {
  it('keeps every value in its place and order, whatever the blocks', () =>
    inEngine(async (engine, folder) => {
      let n = 0
      const blocks = fc.array(fc.array(anyRow, { minLength: 1, maxLength: 80 }), { maxLength: 6 })
      await fc.assert(
        fc.asyncProperty(blocks, async (given) => {
          const sink = await engine.columnSink(folder, `t${++n}`, COLUMNS)
          for (const rows of given) await put(sink, rows)
          const { files, rows } = await sink.finish()
          const all = given.flat()
          assert.equal(rows, all.length)
          const names = 'id, x, epoch_us("at") AS at, "on" - DATE \'1970-01-01\' AS "on", yes, text, "more ""text"""'
          const found = await engine.rows(`SELECT ${names} FROM '${files[0]}'`)
          const said = (values: readonly unknown[]): unknown[] =>
            values.map((value, i) => (i === 3 && value !== null ? Number(value) : value))
          assert.deepEqual(
            found.map((row) => said(Object.values(row))),
            all,
          )
        }),
        { numRuns: 20 },
      )
    }))

  it('keeps the order of more blocks than there is memory for', () =>
    inEngine(async (engine, folder) => {
      const sink = await engine.columnSink(folder, 'many', COLUMNS)
      const rows = Array.from({ length: sink.layout.rows }, (_, i): Values => [
        BigInt(i),
        null,
        null,
        null,
        null,
        `row ${i} of many`,
        null,
      ])
      for (let block = 0; block < 200; block++) await put(sink, rows)
      const { files } = await sink.finish()
      const [found] =
        await engine.rows(`SELECT count(*) AS n, count(*) FILTER (WHERE id <> before + 1 AND id <> 0) AS broken, max(text) AS text
        FROM (SELECT *, lag(id) OVER () AS before FROM '${files[0]}')`)
      assert.deepEqual(found, { n: 200n * 2048n, broken: 0n, text: 'row 999 of many' })
    }))

  it('tells the one who fills blocks that the engine failed', () =>
    inEngine(async (engine, folder) => {
      await rm(folder, { recursive: true })
      await engine.run(`COPY (SELECT 1) TO '${folder}'`)
      const sink = await engine.columnSink(folder, 'nowhere', COLUMNS)
      await assert.rejects(async () => {
        for (;;) await put(sink, [[1n, null, null, null, null, null, null]])
      }, /EEXIST|ENOTDIR|directory/i)
      await assert.rejects(sink.finish())
      await sink.abandon()
    }))

  it('leaves nothing where it is abandoned', () =>
    inEngine(async (engine, folder) => {
      const sink = await engine.columnSink(folder, 'gone', COLUMNS)
      await put(sink, [[1n, 1.5, 0n, 0, true, 'a text that is long', null]])
      await sink.abandon()
      assert.deepEqual(await readdir(folder), [])
    }))
})
