import type { Extracted, ExtractOptions, FoundColumn } from '../../source.ts'
import type { MysqlConnection } from '../connection.ts'
import {
  countRows,
  keyAndCursor,
  selectRows,
  selectsByKey,
  type TableReader,
  tableReader,
  type TableToRead,
} from '../read.ts'
import { readingOf } from '../types.ts'
import { fastReadingOf } from './plan.ts'
import { type ColumnsToStage, stageColumns } from './stage-columns.ts'

/** A column as the fast reader stages it: times and dates as what they are. */
export function fastColumn({ name, declared }: FoundColumn): FoundColumn {
  return { name, type: fastReadingOf(declared).type, declared }
}

/** Reads rows column by column, as the plain reader does where the stage has no sink for columns. */
export function fastReader(connection: MysqlConnection, given: TableToRead): TableReader {
  const { table, primaryKey = [] } = given
  const plain = tableReader(connection, {
    ...given,
    columns: given.columns.map(({ name, declared }) => ({ name, declared, type: readingOf(declared).type })),
  })
  const read = async ({ stage, ...options }: ExtractOptions, asked: ColumnsToStage): Promise<Extracted> => {
    const { columnSink } = stage
    return stageColumns(connection, asked, { ...options, stage: { ...stage, columnSink: columnSink! } })
  }
  const whole = (columns: readonly FoundColumn[], order: readonly string[], name: string): ColumnsToStage => {
    const selects = [selectRows(table, { columns, order, reading: fastReadingOf })]
    return { selects, columns, name, count: () => countRows(connection, table) }
  }
  const { columns } = given
  return {
    all(options) {
      if (!options.stage.columnSink) return plain.all(options)
      return read(options, whole(columns, primaryKey, 'source'))
    },
    sweep(options) {
      if (!options.stage.columnSink) return plain.sweep(options)
      return read(options, whole(keyAndCursor(columns, options), [options.key], 'sweep'))
    },
    fetch(options) {
      if (!options.stage.columnSink) return plain.fetch(options)
      const selects = selectsByKey(table, { columns, reading: fastReadingOf }, options)
      return read(options, { selects, columns, name: 'fetched' })
    },
  }
}
