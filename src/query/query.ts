import type { Engine, Row } from '../engine/engine.ts'
import { BlotterError } from '../errors.ts'
import { blameFile } from '../lake/read/damage.ts'
import type { BatchAt } from '../model/batch-at.ts'
import { identifier, literal, tableIdentifier } from '../model/sql-text.ts'
import { macroStatements, type RefFunction } from './functions.ts'
import { withPlace } from './place.ts'
import { tablesRead } from './tables-read.ts'
import { readOnlyStatement, type Statement } from './statement.ts'

/** A column of a result; `type` is the engine's word for it (`BIGINT`, `VARCHAR`). */
export interface ResultColumn {
  name: string
  type: string
}

/** The result of one read-only statement: its columns at once, its rows as they come. */
export interface QueryResult extends AsyncDisposable {
  readonly columns: readonly ResultColumn[]
  /** The batch whose tables were read. */
  readonly batchAt: BatchAt | undefined
  /** Some thousand rows at a time, in bounded memory. Can be read once. */
  rows(): AsyncIterable<Row[]>
  /** Writes the rows as Parquet to a path inside the `outputFolder` it was opened with, instead of returning them. */
  writeParquet(path: string): Promise<{ rows: number; sizeBytes: number }>
}

export interface QuerySetup {
  /** Taken over: disposing of the result disposes of it, and so does a failure. It can do nothing else afterwards. */
  engine: Engine
  /** Tables by their names (`raw.crimes`) and the SQL that scans each, as of the batch; asked for where it is read. */
  tables: readonly { name: string; sql: string | (() => Promise<string>) }[]
  /** What the statement may call to read other batches. */
  functions?: readonly RefFunction[]
  /** Folders that the scans read; nothing outside of them can be, but `files`. */
  folders: readonly string[]
  /** Files that the scans read. Looked at when all of them have been asked for, so that asking may add to it. */
  files?: ReadonlySet<string>
  /** A further look at the parsed statement before anything is read; throws what it refuses. */
  inspect?(parsed: unknown): void
  /** Settings of the engine that hold from the moment at which the statement itself is run. */
  settings?: readonly string[]
  /** Where the result may be written as Parquet. */
  outputFolder?: string | undefined
  batchAt?: BatchAt | undefined
  /** Interrupts the engine when aborted. */
  signal?: AbortSignal | undefined
}

/**
 * Runs one read-only statement over the tables handed in, and over nothing else: the parser refuses what writes or
 * reaches out, then the engine itself is locked to the folders of the lake. Throws `query_refused`, `query_failed`,
 * `lake_damaged` (a table cannot be read), `interrupted`.
 */
export async function openQuery(sql: string, setup: QuerySetup): Promise<QueryResult> {
  const { engine, signal } = setup
  const interrupt = (): void => engine.interrupt()
  signal?.addEventListener('abort', interrupt, { once: true })
  const close = async (): Promise<void> => {
    signal?.removeEventListener('abort', interrupt)
    await engine[Symbol.asyncDispose]()
  }
  const scans: string[] = []
  const refused = async (error: unknown) => withPlace(asRefused(await blameFile(error, engine, scans)), sql)
  try {
    signal?.throwIfAborted()
    const functions = setup.functions ?? []
    const statement = await readOnlyStatement(sql, (text) => engine.rows(text), functions)
    setup.inspect?.(statement.parsed)
    const read = tablesRead(
      statement.parsed,
      setup.tables.map((table) => table.name),
    )
    const opened = setup.tables.filter(({ name }) => read?.has(name.toLowerCase()) ?? true)
    await createViews(engine, opened, scans)
    const macros = await macroStatements(functions, statement.calls)
    scans.push(...macros)
    for (const macro of macros) await engine.run(macro)
    await lock(engine, setup)
    return await execute(engine, statement, setup.batchAt, { close, refused })
  } catch (error) {
    const told = await refused(error)
    await close()
    throw told
  }
}

/** Notes in `scans` what the views read. */
async function createViews(engine: Engine, tables: QuerySetup['tables'], scans: string[]): Promise<void> {
  const schemas = new Set(tables.map((table) => table.name.split('.').slice(0, -1).join('.')).filter((name) => name !== ''))
  for (const schema of schemas) await engine.run(`CREATE SCHEMA IF NOT EXISTS ${identifier(schema)}`)
  for (const { name, sql } of tables) {
    try {
      const scan = typeof sql === 'string' ? sql : await sql()
      scans.push(scan)
      await engine.run(`CREATE VIEW ${tableIdentifier(name)} AS ${scan}`)
    } catch (error) {
      if (error instanceof BlotterError && error.code !== 'query_failed') throw error
      const blamed = await blameFile(error, engine, scans)
      throw new BlotterError('lake_damaged', `The table ${name} cannot be read: ${(blamed as Error).message}`, {
        todo: 'Run `blotter doctor`: it says which files are missing or damaged. Nothing was changed.',
        context: { table: name },
        cause: error,
      })
    }
  }
}

async function lock(engine: Engine, { folders, files, outputFolder, settings = [] }: QuerySetup): Promise<void> {
  const list = (paths: readonly string[]): string => `[${paths.map((path) => literal(path)).join(', ')}]`
  await engine.run(`SET allowed_directories = ${list(outputFolder === undefined ? folders : [...folders, outputFolder])}`)
  if (files) await engine.run(`SET allowed_paths = ${list([...files])}`)
  for (const setting of settings) await engine.run(`SET ${setting}`)
  await engine.run('SET enable_external_access = false')
  await engine.run('SET lock_configuration = true')
}

async function execute(
  engine: Engine,
  statement: Statement,
  batchAt: BatchAt | undefined,
  { close, refused }: { close(): Promise<void>; refused(error: unknown): Promise<unknown> },
): Promise<QueryResult> {
  const described = await describe(engine, statement)
  // What could not be described is read at once: a mistake then fails here, told of the statement as it was written.
  const iterator = engine.stream(statement.sql)[Symbol.asyncIterator]()
  const first = described ? undefined : await iterator.next()
  const columns = described ?? Object.keys(first?.value?.[0] ?? {}).map((name) => ({ name, type: 'VARCHAR' }))
  async function* rows(): AsyncGenerator<Row[]> {
    try {
      for (let next = first ?? (await iterator.next()); !next.done; next = await iterator.next()) yield next.value
    } catch (error) {
      throw await refused(error)
    } finally {
      await iterator.return?.()
    }
  }
  return {
    columns,
    batchAt,
    rows,
    writeParquet: async (path) => {
      if (!statement.selectable) {
        throw new BlotterError('query_refused', 'The plan that EXPLAIN prints is no table to write as Parquet.', {
          todo: 'Leave `--format parquet` out.',
        })
      }
      return engine.writeParquet(`FROM (${unterminated(statement.sql)}\n)`, path).catch(async (error: unknown) => {
        throw await refused(error)
      })
    },
    [Symbol.asyncDispose]: close,
  }
}

/** Names (made distinct as the engine's rows have them) and types; undefined where only running it can tell. */
async function describe(engine: Engine, statement: Statement): Promise<ResultColumn[] | undefined> {
  if (!statement.selectable) return undefined
  for (const sql of [`DESCRIBE ${statement.sql}`, `DESCRIBE FROM (${unterminated(statement.sql)}\n)`]) {
    try {
      const rows = await engine.rows(sql)
      const seen = new Map<string, number>()
      return rows.map((row) => {
        const name = String(row['column_name'])
        const before = seen.get(name) ?? 0
        seen.set(name, before + 1)
        return { name: before === 0 ? name : `${name}:${before}`, type: String(row['column_type']) }
      })
    } catch (error) {
      if (error instanceof BlotterError && error.code === 'interrupted') throw error
    }
  }
  return undefined
}

function unterminated(sql: string): string {
  return sql.replace(/[;\s]+$/, '')
}

/** What the engine's own lock kept out is refused, not failed. */
function asRefused(error: unknown): unknown {
  if (!(error instanceof BlotterError) || error.code !== 'query_failed' || !error.message.startsWith('Permission Error'))
    return error
  return new BlotterError('query_refused', 'The statement reaches outside of the lake, which a query must not.', {
    todo: 'Read only tables that `blotter tables` lists.',
    context: error.context,
    cause: error,
  })
}
