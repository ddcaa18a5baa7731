import { mkdtemp, rm } from 'node:fs/promises'
import { createReadStream } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { Engine, Value } from '../engine/engine.ts'
import { BlotterError } from '../errors.ts'
import { identifier, literal } from '../model/sql-text.ts'
import { askFigures, type FiguresWish } from './ask.ts'
import { csvLine } from './csv.ts'
import type { DashboardDesk } from './dashboards.ts'
import type { DashboardFigures, Mark } from './figures.ts'
import { filterSql } from './count/filter-sql.ts'
import { incidentColumns } from './incident-columns.ts'
import { keyedSql } from './memory/keyed.ts'

export interface ExportWish extends FiguresWish {
  format: 'csv' | 'parquet'
  /** A chart's id, or `incidents`. */
  chart: string
}

export interface Exported {
  /** With dashboard, chart and batch in it: `crimes-types-2026-11-23T060000Z.csv`. */
  fileName: string
  type: string
  /** The file; whoever asked reads it to its end, or destroys it. */
  body: Readable
}

const TYPES = { csv: 'text/csv; charset=utf-8', parquet: 'application/vnd.apache.parquet' } as const

/** What a chart shows, or the incidents behind it, as a file. Throws `usage` for a chart that the dashboard has not. */
export async function exportChart(dashboards: DashboardDesk, name: string, wish: ExportWish): Promise<Exported> {
  const { loaded } = await dashboards.open(name, wish.at)
  const chart = loaded.definition.charts.find(({ id }) => id === wish.chart)
  const what = wish.chart === 'incidents' ? 'incidents' : chart?.kind
  if (what === undefined || what === 'maturity') {
    const known = loaded.definition.charts.filter(({ kind }) => kind !== 'maturity').map(({ id }) => id)
    throw new BlotterError('usage', `${JSON.stringify(wish.chart.slice(0, 80))} cannot be exported.`, {
      todo: `Name one of ${known.join(', ')}.`,
    })
  }
  const batch = loaded.memory.batchAt.replaceAll(':', '')
  const fileName = `${name}-${wish.chart}-${batch}.${wish.format}`
  const body = what === 'incidents' ? await incidentsBody(dashboards, name, wish) : await marksBody(dashboards, name, wish)
  return { fileName, type: TYPES[wish.format], body }
}

async function marksBody(dashboards: DashboardDesk, name: string, wish: ExportWish): Promise<Readable> {
  const figures = JSON.parse(await askFigures(dashboards, name, wish)) as DashboardFigures
  const { header, rows } = marksTable(figures.charts[wish.chart]!.marks)
  if (wish.format === 'csv') return Readable.from([csvLine(header), ...rows.map(csvLine)])
  const { loaded } = await dashboards.open(name, wish.at)
  const values = rows.map((row) => `(${row.map(sqlValue).join(', ')})`)
  const select =
    rows.length > 0 ? `VALUES ${values.join(', ')}` : `SELECT ${header.map(() => 'NULL').join(', ')} WHERE false`
  const columns = header.map(identifier).join(', ')
  return loaded.read((engine) => parquetBody(engine, `SELECT * FROM (${select}) AS marks(${columns})`, async () => {}))
}

/** Marks as columns; those of a comparison are there if any mark has one. */
function marksTable(marks: readonly Mark[]): { header: string[]; rows: Value[][] } {
  const compared = marks.some((mark) => mark.compared) ? (['now', 'value', 'base', 'z', 'is_marked'] as const) : []
  const since = marks.some((mark) => mark.since_batch !== undefined)
  const header = [
    'key',
    'label',
    'value',
    'base',
    'share',
    ...compared.map((one) => `compared_${one}`),
    ...(since ? ['since_batch'] : []),
  ]
  const rows = marks.map((mark): Value[] => [
    mark.key,
    mark.label ?? mark.key,
    mark.value,
    mark.base,
    mark.share,
    ...compared.map((one) => mark.compared?.[one] ?? null),
    ...(since ? [mark.since_batch ?? null] : []),
  ])
  return { header, rows }
}

function sqlValue(value: Value): string {
  return typeof value === 'string' ? literal(value) : String(value)
}

async function incidentsBody(
  dashboards: DashboardDesk,
  name: string,
  { at, filters, format }: ExportWish,
): Promise<Readable> {
  const { loaded } = await dashboards.open(name, at)
  const { definition, memory } = loaded
  const { lake } = dashboards
  const columns = incidentColumns(definition)
  const where = filterSql(definition, lake.incidents, filters)
  // A file takes long: it has an engine of its own, so that nobody waits for it.
  const engine = await lake.open(memory.batchAt)
  const close = (): Promise<void> => Promise.resolve(engine[Symbol.asyncDispose]())
  try {
    const order = `${identifier(lake.incidents.occurred)} DESC, ${identifier(lake.incidents.key)} DESC`
    const select = `SELECT ${columns.map((column) => identifier(column.name)).join(', ')}
      FROM (${keyedSql(definition, lake.incidents)}) WHERE ${where} ORDER BY ${order}`
    if (format === 'parquet') return await parquetBody(engine, select, close)
    const body = Readable.from(
      csvLines(
        engine,
        select,
        columns.map((column) => column.name),
      ),
    )
    body.on('close', () => void close())
    return body
  } catch (error) {
    await close()
    throw error
  }
}

async function* csvLines(engine: Engine, select: string, columns: readonly string[]): AsyncIterable<string> {
  yield csvLine(columns)
  for await (const rows of engine.stream(select))
    yield rows.map((row) => csvLine(columns.map((name) => row[name]!))).join('')
}

/** The file is gone once it has been read. */
async function parquetBody(engine: Engine, select: string, close: () => Promise<void>): Promise<Readable> {
  const folder = await mkdtemp(join(tmpdir(), 'blotter-export-'))
  try {
    const file = join(folder, 'export.parquet')
    await engine.writeParquet(select, file)
    const body = createReadStream(file)
    body.on('close', () => void rm(folder, { recursive: true, force: true }))
    return body
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  } finally {
    await close()
  }
}
