import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { BlotterError } from '../../errors.ts'
import type { SourceDefinition } from '../../model/pipeline.ts'
import type { MysqlConnection } from './connection.ts'
import { describeTable, qualified, quoted } from './describe.ts'
import { LOAD_CSV_FORMAT, LOAD_TEXT_FORMAT, loadText } from './load-text.ts'
import { type UpsertCounts, upsertCounts, upsertSql } from './insert-sql.ts'
import { logIn, type Logins, loginsOf } from './login.ts'
import { createTableSql } from './table-sql.ts'
import { type MysqlAddress, parseMysqlUrl } from './url.ts'

/** Values by column, in the declared order. */
type Columns = readonly (readonly unknown[])[]

/** A table that rows are put into; every `upsert` is committed as a whole or not at all. */
export interface MysqlTarget extends AsyncDisposable {
  readonly table: string
  /** True if the table was missing and is made now. */
  readonly created: boolean
  /** Puts rows, given as columns in the declared order, into the table; those with a known key take its row's place. */
  upsert(columns: Columns): Promise<UpsertCounts>
  /**
   * The same for the rows of a file, much faster: CSV after RFC 4180 without a header, lines ending in a line feed, booleans
   * as 1 and 0, no value as the bare word NULL. Absent where the server takes no files.
   */
  upsertFile?(file: { path: string; rows: number }): Promise<UpsertCounts>
}

export interface MysqlTargetOptions {
  definition: SourceDefinition
  password?: string
  /** In place of `password`: asked for each connection. */
  logins?: Logins
  signal: AbortSignal
}

const PATIENCE_SECONDS = 3600
/** What goes out in one packet; MySQL's limit is 16 MB. */
const PIECE_BYTES = 256 * 1024
const STATEMENT_CHARACTERS = 256 * 1024
const STAGING = 'blotter_load'

/**
 * Opens a table of MySQL or MariaDB for loading, creating it as `definition` declares where it is missing (the database
 * must be there). Rows go by LOAD DATA LOCAL INFILE where the server allows it, else by INSERT, which is slower. Throws
 * `source_column_missing` or `source_key_missing` for a table that is there but cannot take them.
 */
export async function openMysqlTarget(url: string, options: MysqlTargetOptions): Promise<MysqlTarget> {
  const { definition, signal } = options
  const address = parseMysqlUrl(url, definition)
  const connection = await logIn(address, loginsOf(options), { signal, doing: 'writing' })
  try {
    // Strict: a value that does not fit is an error, never a shortened value.
    await connection.run("SET SESSION sql_mode = 'STRICT_ALL_TABLES'")
    await connection.run(`SET SESSION net_read_timeout = ${PATIENCE_SECONDS}, wait_timeout = ${PATIENCE_SECONDS}`)
    const { table, created } = await prepareTable(connection, address, definition)
    const names = definition.columns.map((column) => column.name)
    const byFile = await upsertByFile(connection, address, table, names)
    const byStatements = {
      upsert: (columns: Columns) => upsertByStatements(connection, qualified(address, table), names, columns),
    }
    return { table, created, ...(byFile ?? byStatements), [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose]() }
  } catch (error) {
    await connection[Symbol.asyncDispose]()
    throw error
  }
}

async function prepareTable(connection: MysqlConnection, address: MysqlAddress, definition: SourceDefinition) {
  const existing = await describeTable(connection, address).catch((error: unknown) => {
    const isThere = error instanceof BlotterError && error.context['missing'] === 'table'
    if (isThere) return undefined
    throw error
  })
  if (!existing) {
    await connection.run(createTableSql(qualified(address), definition))
    return { table: address.table, created: true }
  }
  const has = new Set(existing.columns.map((column) => column.name.toLowerCase()))
  const missing = definition.columns.filter((column) => !has.has(column.name.toLowerCase())).map((column) => column.name)
  const name = `${address.database}.${existing.table}`
  if (missing.length > 0) {
    throw new BlotterError('source_column_missing', `${name} lacks ${missing.join(', ')}, so that nothing was loaded.`, {
      todo: 'Add these columns, or name a table that is not there yet in `?table=`: it is created as it should be.',
      context: { table: name, missing },
    })
  }
  const key = existing.primaryKey ?? []
  if (key.length !== 1 || key[0]?.toLowerCase() !== definition.key.toLowerCase()) {
    const message = `The primary key of ${name} is not ${definition.key}, so that nothing was loaded.`
    throw new BlotterError('source_key_missing', message, {
      todo: `Make ${definition.key} its primary key: without it, loading again would put every row in twice.`,
      context: { table: name, key },
    })
  }
  return { table: existing.table, created: false }
}

function upsertByStatements(connection: MysqlConnection, table: string, names: readonly string[], columns: Columns) {
  return inTransaction(connection, async () => {
    const counts: UpsertCounts = { inserted: 0, updated: 0, unchanged: 0 }
    for (const { sql, rows } of upsertSql(table, names, columns, STATEMENT_CHARACTERS)) {
      const { affectedRows, info } = await connection.run(sql)
      const some = upsertCounts(rows, affectedRows, info)
      counts.inserted += some.inserted
      counts.updated += some.updated
      counts.unchanged += some.unchanged
    }
    return counts
  })
}

async function inTransaction<T>(connection: MysqlConnection, work: () => Promise<T>): Promise<T> {
  await connection.run('START TRANSACTION')
  try {
    const result = await work()
    await connection.run('COMMIT')
    return result
  } catch (error) {
    // A connection that is gone has rolled back by itself.
    await connection.run('ROLLBACK').catch(() => {})
    throw error
  }
}

/**
 * LOAD DATA can replace rows but not tell which were the same before. So it fills a temporary table, from which one
 * INSERT … ON DUPLICATE KEY UPDATE goes on; only a table that was empty at first is filled directly. Undefined where the
 * server takes no local files, or lets the account make no temporary table.
 */
async function upsertByFile(connection: MysqlConnection, address: MysqlAddress, table: string, names: readonly string[]) {
  const target = qualified(address, table)
  const staging = qualified(address, STAGING)
  const list = names.map(quoted).join(', ')
  const assignments = names.map((name) => `${quoted(name)} = s.${quoted(name)}`).join(', ')
  const [known] = await connection.rows(`SELECT @@local_infile AS allowed, EXISTS (SELECT 1 FROM ${target}) AS filled`)
  if (known?.['allowed'] !== 1) return undefined
  const fresh = known['filled'] === 0

  const load = async (into: string, { content, format }: LoadText): Promise<{ records: number; replaced: number }> => {
    const sql = `LOAD DATA LOCAL INFILE 'rows' REPLACE INTO TABLE ${into} ${format} (${list})`
    const { info } = await connection.sendFile(sql, content)
    const [records = 0, replaced = 0, , warnings = 0] = [...info.matchAll(/\d+/g)].map(Number)
    // With LOCAL the server warns of values that it changed, even in strict mode.
    if (warnings > 0) throw await changedValues(connection, target)
    return { records, replaced }
  }

  const allowed = await isAllowed(async () => {
    if (!fresh) await connection.run(`CREATE TEMPORARY TABLE ${staging} LIKE ${target}`)
    await load(fresh ? target : staging, textOf([]))
  })
  if (!allowed) return undefined

  const upsert = async (rows: number, text: LoadText): Promise<UpsertCounts> => {
    if (fresh) {
      const { records, replaced } = await inTransaction(connection, async () => complete(rows, await load(target, text)))
      return { inserted: records - replaced, updated: replaced, unchanged: 0 }
    }
    await connection.run(`TRUNCATE TABLE ${staging}`)
    const { replaced } = complete(rows, await load(staging, text))
    const { affectedRows, info } = await connection.run(
      `INSERT INTO ${target} (${list}) SELECT ${list} FROM ${staging} AS s ON DUPLICATE KEY UPDATE ${assignments}`,
    )
    const counts = upsertCounts(rows - replaced, affectedRows, info)
    return { ...counts, updated: counts.updated + replaced }
  }
  return {
    async upsert(columns: Columns) {
      const rows = columns[0]?.length ?? 0
      return rows === 0 ? { inserted: 0, updated: 0, unchanged: 0 } : upsert(rows, textOf(columns))
    },
    upsertFile: ({ path, rows }: { path: string; rows: number }) =>
      upsert(rows, { content: createReadStream(path, { highWaterMark: PIECE_BYTES }), format: LOAD_CSV_FORMAT }),
  }
}

/** Text of rows, and the clauses by which LOAD DATA understands it. */
interface LoadText {
  content: Readable
  format: string
}

function textOf(columns: Columns): LoadText {
  return { content: Readable.from(pieces(loadText(columns))), format: LOAD_TEXT_FORMAT }
}

/** A text that ends early looks whole to the server. */
function complete<T extends { records: number }>(rows: number, loaded: T): T {
  if (loaded.records === rows) return loaded
  const message = `${rows} rows were sent to the server, which found ${loaded.records}. The rows of this chunk were not loaded.`
  throw new BlotterError('rows_disagree', message, {
    todo: 'Run `blotter load` again; if it says the same, report it with `--debug`.',
    context: { sent: rows, found: loaded.records },
  })
}

/** False where the server refuses what `work` asks of it. */
async function isAllowed(work: () => Promise<void>): Promise<boolean> {
  try {
    await work()
    return true
  } catch (error) {
    if (error instanceof BlotterError && error.code === 'source_refused') return false
    throw error
  }
}

async function changedValues(connection: MysqlConnection, table: string): Promise<BlotterError> {
  const warnings = await connection.rows('SHOW WARNINGS LIMIT 3')
  const said = warnings.map((warning) => String(warning['Message'])).join('; ')
  const message = `Values do not fit into ${table}: ${said}. The rows of this chunk were not loaded.`
  return new BlotterError('source_refused', message, {
    todo: 'Widen the columns of the table, or let `blotter load` create a new one.',
    context: { table },
  })
}

function* pieces(text: Buffer): Generator<Buffer> {
  for (let at = 0; at < text.length; at += PIECE_BYTES) yield text.subarray(at, at + PIECE_BYTES)
}
