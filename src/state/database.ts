import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { BlotterError } from '../errors.ts'
import { databaseError } from './database-error.ts'
import { openToRead } from './open-to-read.ts'

/**
 * A SQLite database whose calls throw BlotterError: `state_damaged`, `state_locked`, `disk_full` or `lake_unwritable`.
 * Statements are prepared once by their text, so that text must come from a bounded set: values are always parameters.
 */
export interface Database {
  readonly file: string
  /** True where the folder can only be read: every write throws `lake_unwritable`. */
  readonly isReadOnly: boolean
  /** All rows of a query; column names are those of the SQL. */
  all<Row>(sql: string, ...values: SQLInputValue[]): Row[]
  /** The first row, or undefined. */
  get<Row>(sql: string, ...values: SQLInputValue[]): Row | undefined
  /** Runs one statement; returns how many rows it changed. */
  run(sql: string, ...values: SQLInputValue[]): number
  /** Runs several statements without parameters. */
  script(sql: string): void
  /**
   * Runs `work` in one write transaction that is on disk when this returns; rolls back if `work` throws. A transaction
   * within another is part of the outer one. `work` must be synchronous.
   */
  transaction<Result>(work: () => Result): Result
  close(): void
}

/** How long a call waits for another process to finish its write before it throws `state_locked`. */
export const BUSY_TIMEOUT_MS = 5000

/**
 * Opens or creates a database file in WAL mode, with foreign keys on and every commit synced to the disk. One that is there
 * and cannot be written is opened to be read.
 */
export function openDatabase(file: string, options: { busyTimeoutMs?: number } = {}): Database {
  const busyTimeoutMs = options.busyTimeoutMs ?? BUSY_TIMEOUT_MS
  const guarded = <Result>(work: () => Result): Result => {
    try {
      return work()
    } catch (error) {
      throw databaseError(error, file)
    }
  }
  const sqlite = guarded(() => new DatabaseSync(file, { timeout: busyTimeoutMs, enableForeignKeyConstraints: true }))
  try {
    guarded(() => enterWal(sqlite, busyTimeoutMs))
  } catch (error) {
    sqlite.close()
    if (!(error instanceof BlotterError) || error.code !== 'lake_unwritable') throw error
    return databaseOn(
      guarded(() => openToRead(file, busyTimeoutMs)),
      { file, isReadOnly: true },
      guarded,
    )
  }
  return databaseOn(sqlite, { file, isReadOnly: false }, guarded)
}

function databaseOn(
  sqlite: DatabaseSync,
  opened: Pick<Database, 'file' | 'isReadOnly'>,
  guarded: <Result>(work: () => Result) => Result,
): Database {
  const statements = new Map<string, StatementSync>()
  const prepared = (sql: string): StatementSync => {
    const known = statements.get(sql)
    if (known) return known
    const statement = sqlite.prepare(sql)
    statements.set(sql, statement)
    return statement
  }
  return {
    ...opened,
    all: <Row>(sql: string, ...values: SQLInputValue[]) => guarded(() => prepared(sql).all(...values) as Row[]),
    get: <Row>(sql: string, ...values: SQLInputValue[]) => guarded(() => prepared(sql).get(...values) as Row | undefined),
    run: (sql, ...values) => guarded(() => Number(prepared(sql).run(...values).changes)),
    script: (sql) => guarded(() => sqlite.exec(sql)),
    transaction: (work) => guarded(() => transact(sqlite, work)),
    close() {
      if (sqlite.isOpen) sqlite.close()
    },
  }
}

function transact<Result>(sqlite: DatabaseSync, work: () => Result): Result {
  if (sqlite.isTransaction) return work()
  // IMMEDIATE takes the write lock at once: a read lock that is raised later fails without waiting for the busy timeout.
  sqlite.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    sqlite.exec('COMMIT')
    return result
  } catch (error) {
    if (sqlite.isTransaction) sqlite.exec('ROLLBACK')
    throw error
  }
}

/** SQLite does not wait while a fresh file turns to WAL, so that two processes which start together retry here. */
function enterWal(sqlite: DatabaseSync, busyTimeoutMs: number): void {
  const pauseMs = 20
  for (let waitedMs = 0; ; waitedMs += pauseMs) {
    try {
      sqlite.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
      return
    } catch (error) {
      const busy = (error as { errcode?: number }).errcode === 5
      if (!busy || waitedMs >= busyTimeoutMs) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs)
    }
  }
}
