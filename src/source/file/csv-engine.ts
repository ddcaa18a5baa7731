import { BlotterError } from '../../errors.ts'
import { identifier, literal } from '../../model/sql-text.ts'
import type { CsvTotals, CsvWork } from './csv-scan.ts'
import { enginePath } from './engine-path.ts'

/** A CSV text for the engine's own reader: the file itself, or a copy of its good records without header. */
export interface EngineInput {
  path: string
  header: boolean
  compression: string
}

/**
 * Stages through the engine's CSV reader and says whether that found what the scan found: the same number of rows and of
 * bytes in their values. False leaves nothing to rely on at `path`.
 */
export async function stageThroughEngine(
  work: CsvWork,
  totals: CsvTotals,
  input: EngineInput,
  path: string,
): Promise<boolean> {
  try {
    const { rows } = await work.job.stage.writeParquet(selectFrom(work, totals, input), path)
    return rows === totals.good && (await valueBytes(work, [path])) === totals.valueBytes
  } catch (error) {
    if (error instanceof BlotterError && error.code === 'query_failed') return false
    throw error
  }
}

/** Bytes of all values of staged files, as the engine counts them. */
export async function valueBytes(work: CsvWork, files: readonly string[]): Promise<number> {
  const bytes = work.columns.map((column) => `sum(strlen(${identifier(column.name)}))`).join(' + ')
  const from = files.map((file) => literal(enginePath(file))).join(', ')
  const [sum] = await work.job.stage.rows(`SELECT CAST(${bytes} AS BIGINT) AS bytes FROM read_parquet([${from}])`)
  return Number(sum?.['bytes'] ?? 0)
}

/** Nothing that can be said is left to the engine's guesses: names, types, quoting, line ends, line length. */
function selectFrom(work: CsvWork, totals: CsvTotals, input: EngineInput): string {
  const names = work.columns.map((_, i) => `c${i + 1}`)
  // A NULL can only be an empty field, since `null_padding` is off.
  const values = work.columns.map((column, i) => `coalesce(${names[i]}, '') AS ${identifier(column.name)}`)
  const { terminator } = work.header.shape
  const long = totals.longest
  const options = [
    'auto_detect = false',
    `columns = {${names.map((name) => `${name}: 'VARCHAR'`).join(', ')}}`,
    `header = ${input.header}`,
    `delim = ${literal(work.header.delimiter)}`,
    `quote = '"', escape = '"', nullstr = '', strict_mode = true, null_padding = false, ignore_errors = false`,
    `compression = ${literal(input.compression)}`,
    // Unsaid, it is guessed from line ends within quotes too; but with CRLF said, DuckDB 1.5 reads not one row.
    ...(terminator === 'lf' ? [`new_line = '\\n'`] : terminator === 'cr' ? [`new_line = '\\r'`] : []),
    ...(long > 1 << 20 ? [`max_line_size = ${long + 1024}, buffer_size = ${4 * long + 4096}`] : []),
  ]
  return `SELECT ${values.join(', ')} FROM read_csv(${literal(enginePath(input.path))}, ${options.join(', ')})`
}
