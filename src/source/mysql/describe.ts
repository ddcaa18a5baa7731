import type { FoundColumn, SourceDescription } from '../source.ts'
import type { MysqlConnection } from './connection.ts'
import { tableMissing } from './failure.ts'
import { readingOf } from './types.ts'
import type { MysqlAddress } from './url.ts'

/** Names that a message lists at most. */
const LISTED = 20

export interface TableDescription extends SourceDescription {
  /** The table's name as the server spells it. */
  table: string
}

/** A name as MySQL quotes it, whatever its sql_mode. */
export function quoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``
}

export function qualified(address: MysqlAddress, table: string = address.table): string {
  return `${quoted(address.database)}.${quoted(table)}`
}

/** What information_schema knows of the table. Throws `source_table_missing` with the tables that are there. */
export async function describeTable(connection: MysqlConnection, address: MysqlAddress): Promise<TableDescription> {
  const { database } = address
  const tables = await connection.rows(
    'SELECT table_name AS name, table_rows AS estimate FROM information_schema.tables WHERE table_schema = ? ORDER BY 1',
    [database],
  )
  const named = (test: (name: string) => boolean) => tables.find((row) => test(String(row['name'])))
  // Servers that take names without regard to case keep them in lower case.
  const lowered = address.table.toLowerCase()
  const table = named((name) => name === address.table) ?? named((name) => name.toLowerCase() === lowered)
  if (!table)
    throw await missing(
      connection,
      address,
      tables.map((row) => String(row['name'])),
    )
  const name = String(table['name'])
  const columns = await connection.rows(
    'SELECT column_name AS name, column_type AS type FROM information_schema.columns ' +
      'WHERE table_schema = ? AND table_name = ? ORDER BY ordinal_position',
    [database, name],
  )
  const key = await connection.rows(
    'SELECT column_name AS name FROM information_schema.statistics ' +
      "WHERE table_schema = ? AND table_name = ? AND index_name = 'PRIMARY' ORDER BY seq_in_index",
    [database, name],
  )
  return {
    what: connection.server,
    table: name,
    columns: columns.map((row): FoundColumn => {
      const declared = String(row['type'])
      return { name: String(row['name']), type: readingOf(declared).type, declared }
    }),
    primaryKey: key.map((row) => String(row['name'])),
    rowsEstimate: table['estimate'] === null ? undefined : Number(table['estimate']),
  }
}

async function missing(connection: MysqlConnection, address: MysqlAddress, tables: string[]): Promise<Error> {
  if (tables.length > 0) return tableMissing(address, 'table', tables.slice(0, LISTED))
  const databases = await connection.rows('SHOW DATABASES')
  const names = databases.map((row) => String(Object.values(row)[0]))
  if (names.includes(address.database)) return tableMissing(address, 'table', [])
  return tableMissing(address, 'database', names.filter((name) => !SYSTEM.has(name)).slice(0, LISTED))
}

const SYSTEM = new Set(['information_schema', 'performance_schema', 'mysql', 'sys'])
