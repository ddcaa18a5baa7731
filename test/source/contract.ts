import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { openDuckDb } from '../../src/engine/duckdb/engine.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { literal } from '../../src/model/sql-text.ts'
import type { Extracted, Source, Stage } from '../../src/source/source.ts'

/** A row of the contract's table; columns in this order: `id` (the key), `name`, `size`, `seen_on` (the cursor). */
export interface ContractRow {
  id: bigint
  name: string | null
  size: number | null
  /** A wall clock, `YYYY-MM-DD HH:MM:SS`. */
  seen_on: string | null
}

export const CONTRACT_COLUMNS = ['id', 'name', 'size', 'seen_on'] as const

export interface ContractOptions {
  /** Makes a source that holds these rows, whose keys are not in order. */
  make(rows: readonly ContractRow[]): Promise<Source>
  skip?: string | false
}

export const NEVER: AbortSignal = new AbortController().signal

/** An engine with a stage in a folder of its own, and what was staged read back. */
export interface Workbench extends AsyncDisposable {
  engine: Engine
  stage: Stage
  read(extracted: Extracted): Promise<Record<string, unknown>[]>
}

export async function openWorkbench(): Promise<Workbench> {
  const root = await mkdtemp(join(tmpdir(), 'blotter-'))
  const folder = join(root, 'staged')
  await mkdir(folder)
  const engine = await openDuckDb({ memoryBytes: 512 << 20, spillFolder: join(root, 'spill') })
  const { rows, run, writeParquet, chunkWriter, columnSink } = engine
  return {
    engine,
    stage: { folder, rows, run, writeParquet, chunkWriter, columnSink },
    async read({ parts }) {
      const files = parts.flatMap((part) => part.files)
      if (files.length === 0) return []
      return rows(`SELECT * FROM read_parquet([${files.map(literal).join(', ')}], union_by_name = true)`)
    },
    async [Symbol.asyncDispose]() {
      await engine[Symbol.asyncDispose]()
      await rm(root, { recursive: true, force: true })
    },
  }
}

/** Texts that a careless reader breaks. */
const NAMES = [
  'plain',
  'Zoë ☃ 😀',
  'comma, "quoted", it\'s',
  'back\\slash \\N \\t',
  'tab\there',
  'two\nlines',
  ' spaces around ',
  '0001',
  'NULL',
  'null',
  'true',
  '2024-01-01',
  '1e3',
  '日本語',
  '; DROP TABLE x --',
  '%s $1 ?',
  null,
]

const SIZES = [0, -0.1, 0.1 + 0.2, 1e-300, 1.7976931348623157e308, 41.878113633, -87.629798, 123456789012, null]

function rowsOf(count: number): ContractRow[] {
  return Array.from({ length: count }, (_, i) => ({
    // A step that has no factor in common with the count visits every key once, out of order.
    id: BigInt((i * 7919) % count) * 3n + 1n,
    name: NAMES[i % NAMES.length]!,
    size: SIZES[i % SIZES.length]!,
    seen_on: i % 11 === 0 ? null : `2024-03-10 02:${String(i % 60).padStart(2, '0')}:00`,
  }))
}

/** Staged values lie as text or typed, as it suits the source: compared is what they say. */
function said(row: Record<string, unknown>): ContractRow {
  const { id, name, size, seen_on } = row
  return {
    id: BigInt(id as bigint | string),
    name: name as string | null,
    size: size === null ? null : Number(size),
    seen_on: seen_on as string | null,
  }
}

function byId(a: ContractRow, b: ContractRow): number {
  return a.id < b.id ? -1 : 1
}

/** What every source does; an adapter's test calls it with a way to make one. */
export function describeSource(name: string, { make, skip = false }: ContractOptions): void {
  describe(`${name}, as a source`, { skip }, () => {
    it('describes its columns in their order', async () => {
      const source = await make(rowsOf(5))
      const { what, columns, rowsEstimate } = await source.describe(NEVER)
      assert.deepEqual(
        columns.map((column) => column.name),
        CONTRACT_COLUMNS,
      )
      assert.notEqual(what, '')
      assert.ok(rowsEstimate === undefined || rowsEstimate >= 0)
    })

    it('gives every row with every value, more than fit in one chunk', async () => {
      const rows = rowsOf(20_000)
      const source = await make(rows)
      await using bench = await openWorkbench()
      await using view = await source.open(NEVER)
      const extracted = await view.extract({ stage: bench.stage, signal: NEVER, progress: () => {} })
      const found = (await bench.read(extracted)).map(said)
      if ((await source.describe(NEVER)).primaryKey) {
        assert.ok(
          found.every((row, i) => i === 0 || found[i - 1]!.id < row.id),
          'rows come in key order',
        )
      }
      assert.deepEqual(found.toSorted(byId), rows.toSorted(byId))
      assert.equal(extracted.rows, rows.length)
      assert.equal(
        extracted.parts.reduce((sum, part) => sum + part.rows, 0),
        rows.length,
      )
      assert.ok(extracted.counted === undefined || extracted.counted === rows.length)
      assert.deepEqual(extracted.parts[0]!.columns, view.columns)
    })

    it('is content with no row', async () => {
      const source = await make([])
      await using bench = await openWorkbench()
      await using view = await source.open(NEVER)
      assert.deepEqual(
        view.columns.map((column) => column.name),
        CONTRACT_COLUMNS,
      )
      const extracted = await view.extract({ stage: bench.stage, signal: NEVER, progress: () => {} })
      assert.equal(extracted.rows, 0)
      assert.deepEqual(await bench.read(extracted), [])
    })

    it('sweeps keys and cursors, and fetches rows by key, where it can', async () => {
      const rows = rowsOf(3000)
      await using bench = await openWorkbench()
      await using view = await (await make(rows)).open(NEVER)
      assert.equal(view.sweep === undefined, view.fetch === undefined)
      if (!view.sweep || !view.fetch) return
      const options = { stage: bench.stage, signal: NEVER, progress: () => {} }
      const swept = await bench.read(await view.sweep({ ...options, key: 'id', cursor: 'seen_on' }))
      const expected = rows.toSorted(byId).map(({ id, seen_on }) => ({ id, seen_on }))
      assert.deepEqual(
        swept.map(({ id, seen_on }) => ({ id: BigInt(id as string), seen_on })),
        expected,
      )
      async function* keys(): AsyncGenerator<bigint[]> {
        yield [1n, 4n]
        yield [301n, 8998n]
      }
      const fetched = (await bench.read(await view.fetch({ ...options, key: 'id', keys: keys() }))).map(said)
      const wanted = new Set([1n, 4n, 301n, 8998n])
      assert.deepEqual(fetched.toSorted(byId), rows.filter((row) => wanted.has(row.id)).toSorted(byId))
    })

    it('opens nothing once it is interrupted', async () => {
      const source = await make(rowsOf(5))
      await assert.rejects(source.open(AbortSignal.abort()), { code: 'interrupted' })
    })

    it('stops within a second when it is interrupted, with nothing staged under its final name', async () => {
      const source = await make(rowsOf(20_000))
      await using bench = await openWorkbench()
      const interrupt = new AbortController()
      let interruptedAt = 0
      const stop = (): void => {
        if (interrupt.signal.aborted) return
        interruptedAt = performance.now()
        interrupt.abort()
      }
      const stage = interrupting(bench.stage, stop)
      await using view = await source.open(interrupt.signal)
      const extraction = view.extract({ stage, signal: interrupt.signal, progress: () => {} })
      await assert.rejects(extraction, { code: 'interrupted' })
      assert.ok(performance.now() - interruptedAt < 1000)
    })
  })
}

/** Interrupts as soon as the source does something with its stage. */
function interrupting(stage: Stage, stop: () => void): Stage {
  const first =
    <A extends unknown[], R>(work: (...args: A) => R) =>
    (...args: A): R => {
      stop()
      return work(...args)
    }
  return {
    folder: stage.folder,
    rows: first(stage.rows),
    run: first(stage.run),
    writeParquet: first(stage.writeParquet),
    async chunkWriter(...args) {
      const writer = await stage.chunkWriter(...args)
      return { ...writer, write: first(writer.write) }
    },
    async columnSink(...args) {
      const sink = await stage.columnSink!(...args)
      return { ...sink, put: first(sink.put) }
    },
  }
}
