import { type DuckDBConnection, DuckDBDataChunk, type DuckDBType } from '@duckdb/node-api'
import { join } from 'node:path'
import { identifier } from '../../model/sql-text.ts'
import type { ChunkWriter, WrittenFile } from '../engine.ts'
import { toDuckDb } from './values.ts'

/** DuckDB's vector size: no chunk may be longer. */
const VECTOR_ROWS = 2048
/** Rows that wait in memory before they become a file: eight row groups. */
const FILE_ROWS = 8 * 122_880

type WriteFile = (select: string, path: string) => Promise<WrittenFile>

let tables = 0

/** Appends columns to a table in memory and writes it out as a Parquet file whenever it is full. */
export async function createChunkWriter(
  connection: DuckDBConnection,
  writeFile: WriteFile,
  folder: string,
  name: string,
  columns: readonly { name: string; type: string }[],
): Promise<ChunkWriter> {
  const table = `chunks_${++tables}`
  await connection.run(`CREATE TEMP TABLE ${table} (${columns.map((c) => `${identifier(c.name)} ${c.type}`).join(', ')})`)
  let appender = await connection.createAppender(table)
  const types: DuckDBType[] = columns.map((_, i) => appender.columnType(i))
  const files: string[] = []
  let waiting = 0
  let rows = 0

  const writeOut = async (): Promise<void> => {
    appender.flushSync()
    if (waiting === 0 && files.length > 0) return
    const path = join(folder, `${name}-${String(files.length + 1).padStart(4, '0')}.parquet`)
    const written = await writeFile(`SELECT * FROM ${table}`, path)
    files.push(path)
    rows += written.rows
    waiting = 0
    appender.closeSync()
    await connection.run(`DELETE FROM ${table}`)
    appender = await connection.createAppender(table)
  }
  const drop = async (): Promise<void> => {
    appender.closeSync()
    await connection.run(`DROP TABLE ${table}`)
  }

  return {
    async write(values) {
      const length = values[0]?.length ?? 0
      for (let start = 0; start < length; start += VECTOR_ROWS) {
        const count = Math.min(VECTOR_ROWS, length - start)
        const chunk = DuckDBDataChunk.create(types, count)
        columns.forEach((column, i) => {
          const slice = values[i]!.slice(start, start + count)
          chunk.setColumnValues(
            i,
            slice.map((value) => toDuckDb(column.type, value)),
          )
        })
        appender.appendDataChunk(chunk)
      }
      waiting += length
      if (waiting >= FILE_ROWS) await writeOut()
    },
    async finish() {
      await writeOut()
      await drop()
      return { files, rows }
    },
    abandon: drop,
  }
}
