import { Option } from 'commander'
import { monotonicSeconds } from '../../clock.ts'
import { BlotterError } from '../../errors.ts'
import { tableText } from '../../query/format/table.ts'
import type { QueryResult } from '../../query/query.ts'
import { FORMATS, resultTexts, writeResult, type Format } from '../../query/write-result.ts'
import type { Invocation, Verbs } from '../command-line.ts'
import type { Platform } from '../platform-port.ts'
import { counted, duration, moment } from '../show/figures.ts'
import { noteText } from '../show/note.ts'
import { wholeNumber } from './arguments.ts'
import { examples } from './examples.ts'

interface QueryFlags {
  at: string
  format?: Format
  output?: string
  limit: number
}

export function addQuery({ program, action }: Verbs): void {
  program
    .command('query')
    .summary('run one read-only SQL statement over a batch')
    .description(
      "Run one read-only SQL statement (DuckDB’s dialect) over the tables of a batch. In it, changes('A', 'B') is what changed " +
        "from one batch to a later one, and the raw table’s name with _at, such as crimes_at('REF'), is that table as of another " +
        'batch; both count from --at. docs/query.md has more.',
    )
    .argument('<sql>', 'SELECT, WITH, VALUES, FROM, DESCRIBE, SHOW, SUMMARIZE or EXPLAIN')
    .option('--at <ref>', 'batch (2026-11-23T06:00:00Z), day (its last batch), latest, latest~1 or a snapshot id', 'latest')
    .addOption(new Option('--format <format>', 'how rows are written (default: table)').choices(FORMATS))
    .option('--output <file>', 'write into a file that appears whole or not at all')
    .option('--limit <n>', 'rows that a table on the terminal shows at most', wholeNumber, 200)
    .addHelpText(
      'after',
      examples(
        ['The commonest types:', 'blotter query "select crime_type, incidents from aggregates.by_type limit 5"'],
        [
          'The same a day earlier:',
          'blotter query "select crime_type, incidents from aggregates.by_type limit 5" --at latest~1',
        ],
        [
          'All of a year, as Parquet:',
          'blotter query "from raw.crimes where year = 2024" --format parquet --output 2024.parquet',
        ],
        [
          'What happened to last year’s incidents within a week:',
          "blotter query \"select kinds, count(*) from changes('latest~7', 'latest') where before.year = 2025 group by kinds\"",
        ],
        ['For a script:', 'blotter query "select count(*) as n from raw.crimes" --json'],
      ),
    )
    .action(
      action<[string], QueryFlags>(async (invocation, [sql], flags) => {
        const format = formatOf(invocation.json, flags)
        await invocation.withPlatform((platform) => perform(platform, invocation, sql, { ...flags, format }))
      }),
    )
}

function formatOf(json: boolean, { format, output }: QueryFlags): Format {
  const wanted = format ?? (json && output === undefined ? 'json' : formatOfName(output))
  if (json && output === undefined && wanted !== 'json') {
    throw new BlotterError('usage', `--json prints JSON, --format ${wanted} something else: one of them has to go.`, {
      todo: 'Leave `--json` out, or write the result into a file with `--output`.',
    })
  }
  if (wanted === 'parquet' && output === undefined) {
    throw new BlotterError('usage', 'Parquet is no text, so it is not printed.', {
      todo: 'Name a file: `--output result.parquet`.',
    })
  }
  return wanted
}

/** Without `--format`, a file's ending says what it is to hold. */
function formatOfName(output: string | undefined): Format {
  const ending = output?.split('.').at(-1)?.toLowerCase()
  return FORMATS.find((format) => format === ending) ?? 'table'
}

async function perform(
  platform: Platform,
  invocation: Invocation,
  sql: string,
  { at, format, output, limit }: QueryFlags & { format: Format },
): Promise<void> {
  const { signal, terminal } = invocation
  const begin = monotonicSeconds()
  if (output !== undefined) {
    let batchAt: string | undefined
    const written = await writeResult(output, format, async (outputFolder) => {
      const result = await platform.query(sql, { at, outputFolder, signal })
      batchAt = result.batchAt
      return result
    })
    const document = { ...written, batch_at: batchAt ?? null }
    const what = `${counted(written.rows, 'row')} of batch ${batchAt ?? at}`
    const text = `${terminal.out.styles.ok('✓')} ${what} written to ${output} (${format}).\n`
    return invocation.print(document, () => text)
  }
  await using result = await platform.query(sql, { at, signal })
  if (format === 'table') return await showTable(result, invocation, limit, begin)
  for await (const text of resultTexts(result, format as Exclude<Format, 'parquet'>)) await terminal.out.write(text)
}

async function showTable(result: QueryResult, { terminal }: Invocation, limit: number, begin: number): Promise<void> {
  const { out, err } = terminal
  if (result.columns[0]?.name === 'explain_key') return await showPlan(result, out.write)
  const { lines, notices } = await tableText(result.columns, result.rows(), {
    width: out.columns,
    limit,
    dim: out.styles.dim,
  })
  await out.write(`${lines.join('\n')}\n`)
  const rows = counted(lines.length - 2, 'row')
  const batch = result.batchAt ? ` · batch ${result.batchAt} (${moment(result.batchAt)} UTC)` : ''
  if (out.isTerminal) await err.write(`${err.styles.dim(`${rows}${batch} · ${duration(monotonicSeconds() - begin)}`)}\n`)
  for (const notice of notices) await err.write(noteText(notice, err))
}

async function showPlan(result: QueryResult, write: (text: string) => Promise<void>): Promise<void> {
  for await (const chunk of result.rows()) for (const row of chunk) await write(`${String(row['explain_value'])}\n`)
}
