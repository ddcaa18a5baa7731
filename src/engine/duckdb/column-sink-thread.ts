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
import { parentPort, workerData } from 'node:worker_threads'
import { identifier } from '../../model/sql-text.ts'
import { HEADER_HEAP_BYTES, HEADER_NULLS, HEADER_ROWS, TEXT_BYTES, widthOf } from './block-layout.ts'
import { BlockQueue } from './block-queue.ts'
import type { SinkJob, SinkReport } from './column-sink.ts'
import { openInstance } from './instance.ts'
import { copyToParquet } from './parquet.ts'

/**
 * The thread that a column sink writes on. DuckDB calls a table function of JavaScript on the thread that registered it,
 * and that thread waits there for the next block: the thread of everybody else must not.
 */

const TYPES: Readonly<Record<string, DuckDBType>> = { BIGINT, BOOLEAN, DATE, DOUBLE, TIMESTAMP, VARCHAR }
const INLINE_BYTES = 12
/** The column of a block's heap: one long value, which keeps alive what the texts of the other columns point into. */
const HEAP = 'heap of texts'

const job = workerData as SinkJob
const queue = new BlockQueue(job.blocks, job.control)
const numbers = new Int32Array(job.memory)
const unsigned = new Uint32Array(job.memory)
const bytes = new Uint8Array(job.memory)
// The binding copies from either kind of buffer, though it names one.
const memory = job.memory as unknown as ArrayBuffer

function register(connection: DuckDBConnection): void {
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

function fill(chunk: duckdb.DataChunk, begin: number): void {
  const { layout, columns } = job
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
  const vector = duckdb.data_chunk_get_vector(chunk, job.columns.length)
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

async function write(): Promise<SinkReport> {
  const { instance, connection } = await openInstance({ ...job.engine, threads: 1 })
  try {
    register(connection)
    const names = job.columns.map((column) => identifier(column.name)).join(', ')
    const { rows } = await copyToParquet(connection, `SELECT ${names} FROM blocks()`, job.path, { version: 'v2' })
    return { rows }
  } catch (error) {
    const { message, code } = error as { message: string; code?: string }
    return { failure: { message, code } }
  } finally {
    connection.closeSync()
    instance.closeSync()
    await rm(job.engine.spillFolder, { recursive: true, force: true })
  }
}

parentPort!.postMessage(await write())
