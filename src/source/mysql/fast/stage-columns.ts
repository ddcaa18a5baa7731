import { monotonicSeconds } from '../../../clock.ts'
import { BlotterError } from '../../../errors.ts'
import { type Extracted, type ExtractOptions, type FoundColumn, STAGED_SQL_TYPE } from '../../source.ts'
import type { MysqlConnection } from '../connection.ts'
import { readingOf } from '../types.ts'
import { RowGatherer } from './gather.ts'
import { OddRows } from './odd-rows.ts'
import { isBinary, planColumn, type PlannedColumn } from './plan.ts'
import { readResult } from './result.ts'
import { plainValues } from './row-values.ts'
import type { WireColumn } from './wire.ts'

const PROGRESS_SECONDS = 0.25
/** What of a block's heap takes packets. */
const PACKETS_BYTES = 1 << 20
/** Where there are binary values, the rest is for the two digits that each byte of them becomes. */
const HEAP_BYTES = { text: 1 << 20, binary: 4 << 20 }

export interface ColumnsToStage {
  /** Statements whose columns are these, in this order, as `fastReadingOf` says; one after the other. */
  selects: AsyncIterable<string> | Iterable<string>
  columns: readonly FoundColumn[]
  /** What staged files are called. */
  name: string
  /** The server's own count of the same rows, where there is one. */
  count?(): Promise<number>
}

/**
 * Stages the rows of statements column by column, without making a value of any. Rows that hold something which their
 * column cannot take, or which are longer than a block, follow in a part of their own, as the plain reader would stage them.
 */
export async function stageColumns(
  connection: MysqlConnection,
  { selects, columns, name, count }: ColumnsToStage,
  { stage, progress }: ExtractOptions & { stage: { columnSink: NonNullable<ExtractOptions['stage']['columnSink']> } },
): Promise<Extracted> {
  const typed = columns.map((column) => ({ name: column.name, type: STAGED_SQL_TYPE[column.type] }))
  const heap = columns.some((column) => isBinary(column.declared)) ? 'binary' : 'text'
  const sink = await stage.columnSink(stage.folder, name, typed, HEAP_BYTES[heap])
  const odd = new OddRows(stage, `${name}-odd`, columns.map(asPlain))
  try {
    // Meanwhile the sink's thread starts.
    const counted = await count?.()
    let read = 0
    for await (const select of selects) {
      let gatherer: RowGatherer | undefined
      await connection.lend((channel) =>
        readResult(channel, select, (wire, sequence) => {
          const planned = planColumns(columns, wire)
          const takeOdd = (row: Buffer): Promise<void> | undefined => odd.add(plainValues(row, planned))
          gatherer = new RowGatherer(planned, sink, { takeOdd, sequence, roomBytes: PACKETS_BYTES })
          return telling(gatherer, read, progress)
        }),
      )
      read += gatherer?.rows ?? 0
    }
    const { files, rows } = await sink.finish()
    const oddParts = await odd.finish()
    const parts = [{ files, columns: [...columns], rows }, ...oddParts]
    const staged = parts.reduce((sum, part) => sum + part.rows, 0)
    if (staged !== read) throw rowsLost(read, staged)
    return { parts, rows: staged, ...(counted === undefined ? {} : { counted }) }
  } catch (error) {
    await Promise.all([sink.abandon(), odd.abandon()])
    throw error
  }
}

function asPlain({ name, declared }: FoundColumn): FoundColumn {
  return { name, declared, type: readingOf(declared).type }
}

function planColumns(columns: readonly FoundColumn[], wire: readonly WireColumn[]): PlannedColumn[] {
  return columns.map((column, i) => {
    const sent = wire[i]
    const planned = sent && wire.length === columns.length ? planColumn(column, sent) : undefined
    if (planned) return planned
    const message = `The column ${column.name} was ${column.declared} when it was looked at, and is something else now. Nothing was read.`
    throw new BlotterError('source_changed', message, { todo: 'Run `blotter run` again.', context: { column: column.name } })
  })
}

/** Tells of the rows that came so far, some times a second; `before` came by earlier statements. */
function telling(
  gatherer: RowGatherer,
  before: number,
  progress: (rows: number) => void,
): (bytes: Buffer) => Promise<boolean> | boolean {
  let told = monotonicSeconds()
  return (bytes) => {
    const now = monotonicSeconds()
    if (now - told >= PROGRESS_SECONDS) {
      told = now
      progress(before + gatherer.rows)
    }
    return gatherer.take(bytes)
  }
}

function rowsLost(read: number, staged: number): BlotterError {
  return new BlotterError(
    'rows_disagree',
    `${read} rows came from the server, ${staged} are staged. Nothing was committed.`,
    {
      todo: 'Run `blotter run` again; if it says the same, report it with `--debug`.',
      context: { read, staged },
    },
  )
}
