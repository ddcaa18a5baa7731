import type { DuckDBResult } from '@duckdb/node-api'
import { rm } from 'node:fs/promises'
import type { Schema } from '../../model/schema.ts'
import type { ColumnSink, Engine, WrittenFile } from '../engine.ts'
import { createChunkWriter } from './chunk-writer.ts'
import { createColumnSink } from './column-sink.ts'
import { engineError } from './failure.ts'
import { type DuckDbOptions, openInstance } from './instance.ts'
import { numbersOf } from './numbers.ts'
import { copyToParquet, rowOf } from './parquet.ts'

/** Starts an engine in this process: an empty in-memory database that reads nothing but files and downloads nothing. */
export async function openDuckDb(options: DuckDbOptions): Promise<Engine> {
  const { instance, connection } = await openInstance(options)
  let sinks = 0
  let closed = false

  const guard = async <T>(sql: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      throw engineError(error, sql, options.spillFolder)
    }
  }

  const writeParquet = (select: string, path: string, schema?: Schema): Promise<WrittenFile> =>
    guard(select, () => copyToParquet(connection, select, path, { schema }))

  const columnSink = (...[folder, name, columns, heapBytes, shape]: Parameters<Engine['columnSink']>): ColumnSink => {
    const spillFolder = `${options.spillFolder}-sink-${++sinks}`
    const engine = { memoryBytes: Math.floor(options.memoryBytes / 2), spillFolder }
    const sink = createColumnSink(folder, name, columns, engine, { heapBytes, shape })
    return {
      ...sink,
      take() {
        const block = sink.take()
        return block instanceof Promise ? guard(name, () => block) : block
      },
      finish: () => guard(name, () => sink.finish()),
    }
  }

  return {
    run: (sql) => guard(sql, async () => void (await connection.run(sql))),
    rows: (sql) =>
      guard(sql, async () => {
        const reader = await connection.runAndReadAll(sql)
        const names = reader.deduplicatedColumnNames()
        return reader.getRows().map((row) => rowOf(names, row))
      }),
    async *stream(sql) {
      const result: DuckDBResult = await guard(sql, () => connection.stream(sql))
      const names = result.deduplicatedColumnNames()
      for (;;) {
        const chunk = await guard(sql, () => result.fetchChunk())
        if (!chunk || chunk.rowCount === 0) return
        yield chunk.getRows().map((row) => rowOf(names, row))
      }
    },
    async *numbers(sql) {
      const result: DuckDBResult = await guard(sql, () => connection.stream(sql))
      for (;;) {
        const chunk = await guard(sql, () => result.fetchChunk())
        if (!chunk || chunk.rowCount === 0) return
        yield numbersOf(chunk)
      }
    },
    writeParquet,
    async chunkWriter(folder, name, columns) {
      const openSink = (file: number, heapBytes?: number): ColumnSink =>
        columnSink(folder, `${name}-${String(file).padStart(4, '0')}`, columns, heapBytes)
      return createChunkWriter(
        openSink,
        columns.map((column) => column.type),
      )
    },
    columnSink: async (...given) => columnSink(...given),
    interrupt: () => connection.interrupt(),
    async [Symbol.asyncDispose]() {
      if (closed) return
      closed = true
      connection.closeSync()
      instance.closeSync()
      await rm(options.spillFolder, { recursive: true, force: true })
    },
  }
}
