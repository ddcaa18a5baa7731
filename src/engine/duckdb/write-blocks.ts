import {
  BIGINT,
  BLOB,
  BOOLEAN,
  DATE,
  DOUBLE,
  type DuckDBConnection,
  DuckDBTableFunction,
  type DuckDBType,
  TIMESTAMP,
  VARCHAR,
} from '@duckdb/node-api'
import duckdb from '@duckdb/node-bindings'
import { rm } from 'node:fs/promises'
import { identifier } from '../../model/sql-text.ts'
import type { SinkShape, WrittenFile } from '../engine.ts'
import { type blockLayout, HEADER_HEAP_BYTES, HEADER_NULLS, HEADER_ROWS, TEXT_BYTES, widthOf } from './block-layout.ts'
import { BlockQueue } from './block-queue.ts'
import { type DuckDbOptions, openInstance } from './instance.ts'
import { copyToParquet } from './parquet.ts'

/** Blocks that become a file, and the engine that makes it. */
export interface BlocksJob {
  path: string
  columns: readonly { name: string; type: string }[]
  layout: ReturnType<typeof blockLayout>
  memory: SharedArrayBuffer
  blocks: number
  control: SharedArrayBuffer
  engine: DuckDbOptions
  shape?: SinkShape
}

const TYPES: Readonly<Record<string, DuckDBType>> = { BIGINT, BOOLEAN, DATE, DOUBLE, TIMESTAMP, VARCHAR }
const INLINE_BYTES = 12
/** Of the engine's memory, what a row group takes before it is compressed: it stands there three times then. */
const ROW_GROUP_SHARE = 0.2
/** The column of a block's heap: one long value, which keeps alive what the texts of the other columns point into. */
const HEAP = 'heap of texts'

/**
 * Writes blocks in their order, in an engine of its own, and tells of the file. While none is there the thread waits: only
 * one on which nothing else happens may write blocks that are still to come.
 */
export async function writeBlocks(job: BlocksJob): Promise<WrittenFile> {
  const { instance, connection } = await openInstance({ ...job.engine, threads: 1 })
  try {
    // One thread keeps the order of the blocks anyway; only without the promise can row groups be limited in bytes.
    await connection.run('SET preserve_insertion_order = false')
    registerBlocks(connection, job)
    const { shape, path, columns, engine } = job
    const select = shape?.select ?? columns.map((column) => identifier(column.name)).join(', ')
    const form = shape ? { schema: shape.schema } : { version: 'v2' as const }
    const rowGroupBytes = Math.floor(engine.memoryBytes * ROW_GROUP_SHARE)
    return await copyToParquet(connection, `SELECT ${select} FROM blocks()`, path, { ...form, rowGroupBytes })
  } finally {
    connection.closeSync()
    instance.closeSync()
    await rm(job.engine.spillFolder, { recursive: true, force: true })
  }
}

/** DuckDB calls a table function of JavaScript on the thread that registered it. */
function registerBlocks(connection: DuckDBConnection, job: BlocksJob): void {
  const queue = new BlockQueue(job.blocks, job.control)
  const fill = filler(job)
  const blocks = DuckDBTableFunction.create({
    name: 'blocks',
    bindFunction(info) {
      for (const { name, type } of job.columns) info.addResultColumn(name, TYPES[type]!)
      info.addResultColumn(HEAP, BLOB)
    },
    initFunction: (info) => info.setMaxThreads(1),
    mainFunction(info, output) {
      try {
        const block = queue.toEmpty()
        if (block === undefined) {
          output.rowCount = 0
        } else {
          fill(output.chunk, block * job.layout.sizeBytes)
          queue.emptied()
        }
      } catch (error) {
        info.setError((error as Error).message)
      }
    },
  })
  connection.registerTableFunction(blocks)
}

/** What copies the block that begins at a place into a chunk of DuckDB's. */
function filler({ layout, columns, memory: shared }: BlocksJob): (chunk: duckdb.DataChunk, begin: number) => void {
  const numbers = new Int32Array(shared)
  const unsigned = new Uint32Array(shared)
  const bytes = new Uint8Array(shared)
  // The binding copies from either kind of buffer, though it names one.
  const memory = shared as unknown as ArrayBuffer

  return (chunk, begin) => {
    const header = begin / Int32Array.BYTES_PER_ELEMENT
    const rows = numbers[header + HEADER_ROWS]!
    duckdb.data_chunk_set_size(chunk, rows)
    const heap = heapPointer(chunk, begin + layout.heap, numbers[header + HEADER_HEAP_BYTES]!)
    columns.forEach(({ type }, i) => {
      const { data, valid } = layout.columns[i]!
      const vector = duckdb.data_chunk_get_vector(chunk, i)
      if (type === 'VARCHAR') rebase(begin + data, rows, heap)
      duckdb.copy_data_to_vector(vector, 0, memory, begin + data, rows * widthOf(type))
      if (numbers[header + HEADER_NULLS + i] === 0) return
      duckdb.vector_ensure_validity_writable(vector)
      duckdb.copy_data_to_vector_validity(vector, 0, memory, begin + valid, Math.ceil(rows / 64) * 8)
    })
  }

  /** Copies a heap into DuckDB's memory, as a value of the last column, and returns the two halves of its address. */
  function heapPointer(chunk: duckdb.DataChunk, begin: number, sizeBytes: number): { low: number; high: number } {
    const vector = duckdb.data_chunk_get_vector(chunk, columns.length)
    // A value of up to twelve bytes would lie in the vector itself.
    const length = Math.max(sizeBytes, INLINE_BYTES + 1)
    duckdb.vector_assign_string_element_len(vector, 0, bytes.subarray(begin, begin + length))
    const value = duckdb.vector_get_data(vector, TEXT_BYTES)
    const view = new DataView(value.buffer, value.byteOffset, TEXT_BYTES)
    return { low: view.getUint32(8, true), high: view.getUint32(12, true) }
  }

  /** Places in the heap become addresses. */
  function rebase(begin: number, rows: number, heap: { low: number; high: number }): void {
    const { low, high } = heap
    const first = begin / Uint32Array.BYTES_PER_ELEMENT
    for (let at = first, end = first + rows * 4; at < end; at += 4) {
      if (unsigned[at]! <= INLINE_BYTES) continue
      const address = low + unsigned[at + 2]!
      unsigned[at + 2] = address
      unsigned[at + 3] = address > 0xffff_ffff ? high + 1 : high
    }
  }
}
