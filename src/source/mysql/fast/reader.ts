import type { Extracted, ExtractOptions, FoundColumn } from '../../source.ts'
import type { MysqlConnection } from '../connection.ts'
import { countRows, keyAndCursor, selectRows, type TableReader, tableReader, type TableToRead } from '../read.ts'
import { readingOf } from '../types.ts'
import { fastReadingOf } from './plan.ts'
import { stageColumns } from './stage-columns.ts'

/** A column as the fast reader stages it: times and dates as what they are. */
export function fastColumn({ name, declared }: FoundColumn): FoundColumn {
  return { name, type: fastReadingOf(declared).type, declared }
}

/**
 * Reads all rows column by column, and the few that are fetched by key as the plain reader does; all of them where the
 * stage has no sink for columns.
 */
export function fastReader(connection: MysqlConnection, given: TableToRead): TableReader {
  const { table, primaryKey = [] } = given
  const plain = tableReader(connection, {
    ...given,
    columns: given.columns.map(({ name, declared }) => ({ name, declared, type: readingOf(declared).type })),
  })
  const read = async (
    columns: readonly FoundColumn[],
    { order, name }: { order: readonly string[]; name: string },
    { stage, ...options }: ExtractOptions,
  ): Promise<Extracted> => {
    const select = selectRows(table, { columns, order, reading: fastReadingOf })
    const { columnSink } = stage
    const asked = { select, columns, name, count: () => countRows(connection, table) }
    return stageColumns(connection, asked, { ...options, stage: { ...stage, columnSink: columnSink! } })
  }
  return {
    all(options) {
      if (!options.stage.columnSink) return plain.all(options)
      return read(given.columns, { order: primaryKey, name: 'source' }, options)
    },
    sweep(options) {
      if (!options.stage.columnSink) return plain.sweep(options)
      return read(keyAndCursor(given.columns, options), { order: [options.key], name: 'sweep' }, options)
    },
    fetch: plain.fetch,
  }
}
