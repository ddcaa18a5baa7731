import { relative } from 'node:path'
import type { Platform } from '../../src/cli/platform-port.ts'
import { bar } from '../../src/cli/show/bar.ts'
import { columnLines } from '../../src/cli/show/columns.ts'
import { count, counted, duration, percent, words } from '../../src/cli/show/figures.ts'
import type { Output } from '../../src/cli/terminal.ts'
import type { BatchFacts } from '../../src/history/batches.ts'
import { CHANGE_KINDS } from '../../src/model/change.ts'
import type { BatchOutcome } from '../../src/pipeline/batch/batch-maker.ts'

const PROCESSED = 'processed.crimes_without_arrest'
const BATCHES_SHOWN = 4
const BAR_WIDTH = 32

interface Told {
  lake: string
  seconds: number
}

/** What a person sees after `npm start`: the news, what was read and landed, top types, changes, and what to try. */
export async function cityText(platform: Platform, made: readonly BatchOutcome[], out: Output, told: Told): Promise<string> {
  const { styles } = out
  const batches = (await platform.batches()).slice(-BATCHES_SHOWN)
  const title = (text: string): string => styles.strong(text)
  const what = counted(made.length, 'batch', 'batches')
  const sections = [
    [
      `${styles.ok('✓')} ${title(`${what} of a synthetic city`)} in ${duration(told.seconds)}, kept in ${shown(told.lake)}.`,
      styles.dim('  Every incident is invented by a generator; none happened.'),
    ],
    [await news(platform, batches)],
    [title('Read, checked, landed'), ...batchLines(batches, made, out)],
    [title('Crime types with the most incidents without an arrest'), ...(await typeLines(platform, out))],
    [title('What changed since the batch before'), ...changeLines(batches, out)],
    [title('Try next'), ...tips(told.lake).map((tip) => `  ${styles.accent('→')} ${tip}`)],
  ]
  return `\n${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`
}

/** `226,001 incidents have no arrest, 412 more than at the batch before; 96 got one.` */
async function news(platform: Platform, batches: readonly BatchFacts[]): Promise<string> {
  const rowsAt = async (ref: string): Promise<number> =>
    (await platform.tables(ref)).find((table) => table.name === PROCESSED)?.rows ?? 0
  const now = await rowsAt('latest')
  if (batches.length < 2) return `${count(now)} incidents have no arrest.`
  const more = now - (await rowsAt('latest~1'))
  const change = more === 0 ? 'as many as' : `${count(Math.abs(more))} ${more > 0 ? 'more' : 'fewer'} than`
  const arrested = batches.at(-1)?.changes['arrested'] ?? 0
  return `${count(now)} incidents have no arrest, ${change} at the batch before; ${count(arrested)} got one.`
}

function batchLines(batches: readonly BatchFacts[], made: readonly BatchOutcome[], { styles }: Output): string[] {
  const right = 'right' as const
  const sum = (counts: Record<string, number>): number => Object.values(counts).reduce((total, n) => total + n, 0)
  const of = ({ batch_at }: BatchFacts): BatchOutcome | undefined => made.find((outcome) => outcome.batch_at === batch_at)
  const found: [title: string, figure: (batch: BatchFacts) => number | undefined][] = [
    ['quarantined', ({ rows }) => rows.quarantined],
    ['repaired', (batch) => of(batch) && sum(of(batch)!.repairs)],
    ['warned', (batch) => of(batch) && sum(of(batch)!.warnings)],
  ]
  // Columns of nothing but zeros would take the table beyond a terminal of 80.
  const told = found.filter(([, figure]) => batches.some((batch) => (figure(batch) ?? 0) > 0))
  const lines = columnLines(
    [
      { title: 'batch' },
      ...['compared', 'read', 'landed', ...told.map(([title]) => title), 'took'].map((title) => ({ title, side: right })),
    ],
    batches.map((batch) => {
      const { batch_at, rows } = batch
      const took = of(batch)?.steps.reduce((total, step) => total + step.seconds, 0)
      return [
        batch_at,
        rows.swept === 0 ? '' : count(rows.swept),
        count(rows.read),
        count(rows.landed),
        ...told.map(([, figure]) => textOf(figure(batch))),
        took === undefined ? '' : duration(took),
      ]
    }),
    { dim: styles.dim, indent: '  ' },
  )
  return told.length > 0 ? lines : [...lines, styles.dim('  No row was quarantined, repaired or warned of.')]
}

function textOf(value: number | undefined): string {
  return value === undefined ? '' : count(value)
}

async function typeLines(platform: Platform, { styles }: Output): Promise<string[]> {
  const sql = 'select crime_type, incidents, share from aggregates.by_type order by incidents desc limit 6'
  await using result = await platform.query(sql, { signal: AbortSignal.timeout(60_000) })
  const types: { name: string; incidents: number; share: number }[] = []
  for await (const rows of result.rows()) {
    for (const row of rows) {
      types.push({
        name: String(row['crime_type'] ?? 'unknown'),
        incidents: Number(row['incidents']),
        share: Number(row['share']),
      })
    }
  }
  const most = Math.max(1, ...types.map((type) => type.incidents))
  return columnLines(
    [
      { title: 'type' },
      { title: 'incidents', side: 'right' },
      { title: 'share', side: 'right' },
      { title: '', style: styles.accent },
    ],
    types.map((type) => [type.name, count(type.incidents), percent(type.share), bar(type.incidents / most, BAR_WIDTH)]),
    { dim: styles.dim, indent: '  ' },
  )
}

function changeLines(batches: readonly BatchFacts[], { styles }: Output): string[] {
  const later = batches.filter((batch) => batch.kind !== 'full')
  if (later.length === 0) return ['  Nothing yet: the first batch is what later ones are compared with.']
  const kinds = CHANGE_KINDS.filter((kind) => later.some((batch) => (batch.changes[kind] ?? 0) > 0))
  return columnLines(
    [{ title: 'incidents' }, ...later.map((batch) => ({ title: batch.batch_at, side: 'right' as const }))],
    kinds.map((kind) => [words(kind), ...later.map((batch) => count(batch.changes[kind] ?? 0))]),
    { dim: styles.dim, indent: '  ' },
  )
}

function tips(lake: string): string[] {
  const where = relative(process.cwd(), lake) === 'lake' ? '' : ` --lake ${quoted(shown(lake))}`
  return [
    `bin/blotter query "select crime_type, incidents from aggregates.by_type limit 5" --at latest~1${where}`,
    `bin/blotter diff latest~1 latest --rows${where}`,
    `bin/blotter batches${where}   ·   bin/blotter tables${where}   ·   bin/blotter --help`,
    `npm start${where && ` --${where}`}   makes the next day`,
  ]
}

function shown(path: string): string {
  const near = relative(process.cwd(), path)
  return near.startsWith('..') ? path : `./${near}`
}

/** As a shell reads it as one word. */
function quoted(path: string): string {
  return /^[\w./~-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`
}
