import type { FoundColumn, Source, SourceView } from '../source.ts'
import type { MysqlConnection } from './connection.ts'
import { describeTable, qualified, quoted, type TableDescription } from './describe.ts'
import { fastColumn, fastReader } from './fast/reader.ts'
import { killConnection } from './kill.ts'
import { logIn, type Logins, loginsOf } from './login.ts'
import { tableReader } from './read.ts'
import { parseMysqlUrl } from './url.ts'

export interface MysqlSourceOptions {
  /** The table to read where the URL does not name one. */
  table: string
  password?: string
  /** In place of `password`: asked for each connection. */
  logins?: Logins
  /** Default `fast`; `plain` makes a value of everything, for comparison. */
  reader?: 'fast' | 'plain'
  /** The table's column that serves as the cursor, by which new versions of rows are seen; without it only their number is. */
  locateCursor?: (columns: readonly FoundColumn[]) => FoundColumn | undefined
}

/** How long the server waits while the engine is busy, such as with writing a file. */
const PATIENCE_SECONDS = 3600

/** What each session is told before it reads, so that no setting of the server changes what is read or ends it early. */
const SESSION = [
  `SET SESSION net_write_timeout = ${PATIENCE_SECONDS}, net_read_timeout = ${PATIENCE_SECONDS}`,
  `SET SESSION wait_timeout = ${PATIENCE_SECONDS}`,
  "SET SESSION sql_mode = ''",
  'SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ',
]
const NO_TIME_LIMIT = {
  MariaDB: 'SET SESSION max_statement_time = 0',
  MySQL: 'SET SESSION max_execution_time = 0',
}

/**
 * A table of MySQL or MariaDB as a source: one connection a view, and all its reads in one read-only transaction with a
 * consistent snapshot (InnoDB; other storage engines have none). The account needs SELECT on the table, no more. Throws
 * `source_url_invalid` at once, and from `describe` and `open` the errors of connecting, or `source_table_missing`.
 */
export function openMysqlSource(url: string, options: MysqlSourceOptions): Source {
  const address = parseMysqlUrl(url, options)
  const isFast = options.reader !== 'plain'
  const describe = async (connection: MysqlConnection): Promise<TableDescription> => {
    const description = await describeTable(connection, address)
    return isFast ? { ...description, columns: description.columns.map(fastColumn) } : description
  }
  return {
    url,
    partial: false,
    async describe(signal) {
      await using connection = await logIn(address, loginsOf(options), { signal })
      const { table: _, ...description } = await describe(connection)
      return description
    },
    async mark(signal) {
      await using connection = await logIn(address, loginsOf(options), { signal })
      const { columns, table } = await describeTable(connection, address)
      const cursor = options.locateCursor?.(columns)
      const newest = cursor === undefined ? 'NULL' : `CAST(max(${quoted(cursor.name)}) AS CHAR)`
      const [found] = await connection.rows(
        `SELECT CAST(count(*) AS CHAR) AS counted, ${newest} AS newest FROM ${qualified(address, table)}`,
      )
      return `${String(found?.['counted'])} rows, the newest of ${String(found?.['newest'] ?? 'no time')}`
    },
    async open(signal): Promise<SourceView> {
      const connection = await logIn(address, loginsOf(options), { signal })
      let killed: Promise<void> | undefined
      const kill = (): void => {
        killed = killConnection(address, loginsOf(options), connection.id)
      }
      signal.addEventListener('abort', kill, { once: true })
      const close = async (): Promise<void> => {
        signal.removeEventListener('abort', kill)
        await Promise.all([killed, connection[Symbol.asyncDispose]()])
      }
      try {
        const system = connection.server.startsWith('MariaDB') ? 'MariaDB' : 'MySQL'
        for (const statement of [...SESSION, NO_TIME_LIMIT[system]]) await connection.run(statement)
        await connection.run('START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY')
        const { columns, primaryKey, table } = await describe(connection)
        const reader = (isFast ? fastReader : tableReader)(connection, {
          table: qualified(address, table),
          columns,
          primaryKey,
        })
        return {
          columns,
          extract: reader.all,
          // Without a primary key to look rows up by, reading all of them once is quicker.
          ...(primaryKey?.length ? { sweep: reader.sweep, fetch: reader.fetch } : {}),
          [Symbol.asyncDispose]: close,
        }
      } catch (error) {
        await close()
        throw error
      }
    },
  }
}
