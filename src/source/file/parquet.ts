import { join } from 'node:path'
import { BlotterError } from '../../errors.ts'
import { identifier, literal } from '../../model/sql-text.ts'
import { STAGED_SQL_TYPE } from '../source.ts'
import { unreadable } from './bytes.ts'
import type { FoundFile } from './find.ts'
import { type ParquetColumn, readParquetFooter } from './parquet-footer.ts'
import { enginePath } from './engine-path.ts'
import type { FileReader } from './reader.ts'

/**
 * A Parquet file with its own types: whole numbers of every width as long, floats as double, dates and timestamps as such,
 * anything else as text (decimals and unsigned 64-bit numbers exactly, nested values as JSON, bytes as UTF-8).
 *
 * A timestamp without zone is a wall clock and stays it, to the microsecond. One that is adjusted to UTC is an instant: it
 * becomes text in UTC with its offset (`2024-03-10 08:30:00+00`), so that nobody takes it for a wall clock unawares.
 */
export async function openParquet(file: FoundFile): Promise<FileReader> {
  const footer = await readParquetFooter(file)
  const columns = footer.columns.map(({ name, type, declared }) => ({ name, type, declared }))
  return {
    kind: 'Parquet',
    columns,
    rowsEstimate: footer.rows,
    async stage(job) {
      const values = footer.columns.map((column) => `${valueOf(column)} AS ${identifier(column.name)}`).join(', ')
      const options = 'hive_partitioning = false, binary_as_string = true'
      const select = `SELECT ${values} FROM read_parquet(${literal(enginePath(file.path))}, ${options})`
      try {
        const { rows, path } = await job.stage.writeParquet(select, join(job.stage.folder, `${job.name}.parquet`))
        job.progress(rows)
        return { parts: [{ files: [path], columns, rows }], rows, counted: footer.rows }
      } catch (error) {
        if (error instanceof BlotterError && error.code === 'query_failed') throw unreadable(file, error.message, error)
        throw error
      }
    },
  }
}

function valueOf(column: ParquetColumn): string {
  const name = identifier(column.name)
  if (column.nested) return `CAST(to_json(${name}) AS VARCHAR)`
  // A time in UTC as a wall clock is the same text whatever zone the engine's session has.
  if (column.instant) return `CAST(CAST(${name} AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS VARCHAR) || '+00'`
  return `CAST(${name} AS ${STAGED_SQL_TYPE[column.type]})`
}
