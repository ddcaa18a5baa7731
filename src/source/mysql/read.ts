import { monotonicSeconds } from '../../clock.ts'
import { type ExtractOptions, type Extracted, type FoundColumn, STAGED_SQL_TYPE } from '../source.ts'
import type { Cell, MysqlConnection } from './connection.ts'
import { quoted } from './describe.ts'
import { type Reading, readingOf } from './types.ts'

/** Rows that are handed on together: four of the engine's vectors. */
const CHUNK_ROWS = 8192
/** A chunk is handed on early when its texts are longer than this, so that wide rows do not fill the memory. */
const CHUNK_CHARACTERS = 32 << 20
const PROGRESS_SECONDS = 0.25

export interface TableToRead {
  /** Qualified and quoted. */
  table: string
  columns: readonly FoundColumn[]
  primaryKey?: readonly string[]
}

/** A table in the snapshot that its connection holds, and how to stage rows of it. */
export interface TableReader {
  /** All rows, in the order of the primary key. */
  all(options: ExtractOptions): Promise<Extracted>
  /** Two columns of all rows, in the order of `key`. */
  sweep(options: ExtractOptions & { key: string; cursor: string }): Promise<Extracted>
  /** The rows that have one of these keys. */
  fetch(options: ExtractOptions & { key: string; keys: AsyncIterable<bigint[]> }): Promise<Extracted>
}

export function tableReader(connection: MysqlConnection, given: TableToRead): TableReader {
  const { columns, primaryKey = [] } = given
  const select = (read: readonly FoundColumn[], order: readonly string[]): string =>
    selectRows(given.table, { columns: read, order, reading: readingOf })
  return {
    async all(options) {
      const counted = await countRows(connection, given.table)
      const staged = await stageRows(connection, columns, [select(columns, primaryKey)], 'source', options)
      return { ...staged, counted }
    },
    async sweep(options) {
      const counted = await countRows(connection, given.table)
      const read = keyAndCursor(columns, options)
      const staged = await stageRows(connection, read, [select(read, [options.key])], 'sweep', options)
      return { ...staged, counted }
    },
    fetch: (options) =>
      stageRows(
        connection,
        columns,
        selectsByKey(given.table, { columns, reading: readingOf }, options),
        'fetched',
        options,
      ),
  }
}

/** SQL of the rows that have one of these keys, a statement for so many as come at once. */
export async function* selectsByKey(
  table: string,
  asked: Pick<Parameters<typeof selectRows>[1], 'columns' | 'reading'>,
  { key, keys }: { key: string; keys: AsyncIterable<bigint[]> },
): AsyncGenerator<string> {
  for await (const some of keys) {
    if (some.length > 0) {
      yield selectRows(table, { ...asked, order: [key], where: ` WHERE t.${quoted(key)} IN (${some.join()})` })
    }
  }
}

/** SQL of the columns of rows, each as `reading` has it, in the order of columns. */
export function selectRows(
  table: string,
  asked: {
    columns: readonly FoundColumn[]
    order: readonly string[]
    where?: string
    reading(columnType: string): Reading
  },
): string {
  const column = (name: string): string => `t.${quoted(name)}`
  const list = asked.columns.map(({ name, declared }) => asked.reading(declared).expression(column(name))).join(', ')
  const by = asked.order.length === 0 ? '' : ` ORDER BY ${asked.order.map(column).join(', ')}`
  return `SELECT ${list} FROM ${table} AS t${asked.where ?? ''}${by}`
}

export async function countRows(connection: MysqlConnection, table: string): Promise<number> {
  const [row] = await connection.rows(`SELECT COUNT(*) AS rows_counted FROM ${table}`)
  return Number(row?.['rows_counted'])
}

export function keyAndCursor(
  columns: readonly FoundColumn[],
  { key, cursor }: { key: string; cursor: string },
): FoundColumn[] {
  return [key, cursor].flatMap((name) => columns.find((found) => found.name === name) ?? [])
}

async function stageRows(
  connection: MysqlConnection,
  columns: readonly FoundColumn[],
  selects: AsyncIterable<string> | Iterable<string>,
  name: string,
  { stage, progress }: ExtractOptions,
): Promise<Extracted> {
  const staged = columns.map((column) => ({ name: column.name, type: STAGED_SQL_TYPE[column.type] }))
  const writer = await stage.chunkWriter(stage.folder, name, staged)
  try {
    const collector = new ChunkCollector(columns, (chunk) => writer.write(chunk), progress)
    for await (const select of selects) await connection.each(select, (row) => collector.add(row))
    await collector.flush()
    const { files, rows } = await writer.finish()
    return { parts: [{ files, columns: [...columns], rows }], rows }
  } catch (error) {
    await writer.abandon()
    throw error
  }
}

/** Turns rows into columns, a chunk at a time. */
class ChunkCollector {
  readonly #convert: readonly (((value: unknown) => unknown) | undefined)[]
  readonly #write: (columns: unknown[][]) => Promise<void>
  readonly #progress: (rows: number) => void
  #chunk: unknown[][]
  #rows = 0
  #characters = 0
  #handedOn = 0
  #told = monotonicSeconds()

  constructor(
    columns: readonly FoundColumn[],
    write: (columns: unknown[][]) => Promise<void>,
    progress: (rows: number) => void,
  ) {
    this.#convert = columns.map((column) => readingOf(column.declared).convert)
    this.#write = write
    this.#progress = progress
    this.#chunk = columns.map(() => [])
  }

  /** A promise where the chunk became full: no row may be added until it resolves. */
  add(row: Cell[]): Promise<void> | undefined {
    const chunk = this.#chunk
    for (let i = 0; i < chunk.length; i++) {
      const value = row[i]!
      const convert = this.#convert[i]
      const cell = value === null || !convert ? value : convert(value)
      if (typeof cell === 'string') this.#characters += cell.length
      chunk[i]!.push(cell)
    }
    this.#rows++
    return this.#rows >= CHUNK_ROWS || this.#characters >= CHUNK_CHARACTERS ? this.flush() : undefined
  }

  async flush(): Promise<void> {
    if (this.#rows === 0) return
    await this.#write(this.#chunk)
    this.#handedOn += this.#rows
    this.#chunk = this.#chunk.map(() => [])
    this.#rows = 0
    this.#characters = 0
    const now = monotonicSeconds()
    if (now - this.#told < PROGRESS_SECONDS) return
    this.#told = now
    this.#progress(this.#handedOn)
  }
}
