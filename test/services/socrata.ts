import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Condition, parseCondition } from './soql.ts'

/** A row as the portal answers it: JSON values by field name; missing and null are the same. */
export type SocrataRow = Readonly<Record<string, unknown>>

/** A row with what the portal itself keeps of it. */
export interface KeptRow {
  /** Grows with each row that comes; not what its identifier sorts by as a text. */
  number: number
  updatedAt: string
  row: SocrataRow
}

export interface Asked {
  path: string
  parameters: URLSearchParams
  headers: IncomingMessage['headers']
  /** Of this server, from 1. */
  n: number
}

/** How to answer otherwise than rightly: all of it, or what the right answer becomes. */
export type Misbehaviour =
  | { status: number; headers?: Record<string, string>; body?: string }
  /** So many bytes of the right answer, then the connection is cut. */
  | { cutAfterBytes: number }
  | { stallAfterBytes: number }
  | { delayMs: number }
  | { silent: true }
  /** Other rows than those asked for. */
  | { rows(right: readonly KeptRow[], all: readonly KeptRow[]): readonly KeptRow[] }
  | { body(right: string): string }

/** A portal in this process that speaks SODA 2.1 over one dataset, well or as badly as a test wants. */
export interface SocrataServer extends AsyncDisposable {
  readonly dataset: string
  /** `socrata://127.0.0.1:PORT/DATASET?http=1`, with more parameters. */
  url(parameters?: Readonly<Record<string, string>>): string
  /** What was asked so far. */
  readonly asked: Asked[]
  readonly rows: KeptRow[]
  put(...rows: SocrataRow[]): void
  /** Changes the rows that fit, and their stamp. */
  edit(fits: (row: SocrataRow) => boolean, change: (row: SocrataRow) => SocrataRow): void
  remove(fits: (row: SocrataRow) => boolean): void
  /** Asked before each answer; undefined answers rightly. */
  misbehave?: ((asked: Asked) => Misbehaviour | undefined) | undefined
  /** Called with each request, before it is answered: a moment to change the data. */
  onRequest?: ((asked: Asked) => void) | undefined
}

export interface SocrataTable {
  columns: readonly { fieldName: string; dataTypeName: string; flags?: readonly string[] }[]
  rows: readonly SocrataRow[]
}

const DATASET = 'test-data'

export async function startSocrata(table: SocrataTable): Promise<SocrataServer> {
  let numbers = 0
  let stamps = 0
  const stamp = (): string => new Date(Date.UTC(2026, 0, 1) + ++stamps).toISOString()
  const keep = (row: SocrataRow): KeptRow => ({ number: ++numbers, updatedAt: stamp(), row })
  const kept = table.rows.map(keep)
  const asked: Asked[] = []
  const http = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const { port } = http.address() as AddressInfo

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://portal')
    const question: Asked = {
      path: url.pathname,
      parameters: url.searchParams,
      headers: request.headers,
      n: asked.length + 1,
    }
    asked.push(question)
    server.onRequest?.(question)
    const bad = server.misbehave?.(question)
    if (bad && 'status' in bad) return void response.writeHead(bad.status, bad.headers).end(bad.body ?? '')
    if (bad && 'silent' in bad) return
    if (bad && 'delayMs' in bad) await new Promise((resolve) => setTimeout(resolve, bad.delayMs))
    const right = rightAnswer(question, bad)
    const body = Buffer.from(bad && 'body' in bad ? bad.body(right.body) : right.body)
    response.writeHead(right.status, { 'Content-Type': right.type, 'Content-Length': body.length })
    if (bad && 'cutAfterBytes' in bad) response.write(body.subarray(0, bad.cutAfterBytes), () => response.destroy())
    else if (bad && 'stallAfterBytes' in bad) response.write(body.subarray(0, bad.stallAfterBytes))
    else response.end(body)
  }

  function rightAnswer({ path, parameters }: Asked, bad: Misbehaviour | undefined): RightAnswer {
    if (path === `/api/views/${DATASET}.json`) return json(200, { id: DATASET, name: 'Test data', columns: table.columns })
    const format = path === `/resource/${DATASET}.json` ? 'json' : path === `/resource/${DATASET}.csv` ? 'csv' : undefined
    if (format === undefined) return json(404, { code: 'dataset.missing', error: true, message: 'Not found' })
    try {
      const names = ['id', ...table.columns.map((column) => column.fieldName)]
      return query(kept, parameters, format, names, bad && 'rows' in bad ? bad.rows : (right) => right)
    } catch (error) {
      return json(400, { errorCode: 'query.compiler.malformed', error: true, message: (error as Error).message })
    }
  }

  const server: SocrataServer = {
    dataset: DATASET,
    asked,
    rows: kept,
    url: (parameters = {}) => `socrata://127.0.0.1:${port}/${DATASET}?${new URLSearchParams({ http: '1', ...parameters })}`,
    put: (...rows) => void kept.push(...rows.map(keep)),
    edit(fits, change) {
      for (const [i, { number, row }] of kept.entries())
        if (fits(row)) kept[i] = { number, updatedAt: stamp(), row: change(row) }
    },
    remove(fits) {
      for (let i = kept.length - 1; i >= 0; i--) if (fits(kept[i]!.row)) kept.splice(i, 1)
    },
    async [Symbol.asyncDispose]() {
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
    },
  }
  return server
}

interface RightAnswer {
  status: number
  type: string
  body: string
}

const json = (status: number, value: unknown): RightAnswer => ({
  status,
  type: 'application/json;charset=utf-8',
  body: JSON.stringify(value),
})

/** Nothing that sorts as the number does, so that nobody can lean on that. */
function rowId(number: number): string {
  const text = number.toString(36).padStart(4, '0')
  return `row-${[...text].reverse().join('')}.${text.length}~x`
}

function query(
  all: readonly KeptRow[],
  parameters: URLSearchParams,
  format: 'json' | 'csv',
  names: readonly string[],
  bend: (right: readonly KeptRow[], all: readonly KeptRow[]) => readonly KeptRow[],
): RightAnswer {
  const numbers = new Map(all.map(({ number }) => [rowId(number), number]))
  const fits: Condition = parseCondition(parameters.get('$where') ?? undefined, [...names, ':id', ':updated_at'])
  const value = ({ number, updatedAt, row }: KeptRow, name: string): unknown =>
    name === ':id' ? number : name === ':updated_at' ? updatedAt : row[name]
  // A row that has gone is still somewhere: its identifier tells where.
  const constant = (name: string, text: string): unknown => (name === ':id' ? (numbers.get(text) ?? numberOf(text)) : text)
  const found = all.filter((row) => fits((name) => value(row, name), constant))
  const select = parameters.get('$select') ?? ''
  if (select.startsWith('count(*)')) {
    if (select !== 'count(*) AS row_count,max(:updated_at) AS newest') throw new Error(`unknown aggregate: ${select}`)
    const newest = found
      .map((row) => row.updatedAt)
      .toSorted()
      .at(-1)
    return json(200, [{ row_count: String(found.length), ...(newest ? { newest } : {}) }])
  }
  if (![null, ':id'].includes(parameters.get('$order'))) throw new Error(`unknown order: ${parameters.get('$order')}`)
  const sorted = parameters.has('$order') ? found.toSorted((a, b) => a.number - b.number) : found.toReversed()
  const offset = Number(parameters.get('$offset') ?? 0)
  const right = sorted.slice(offset, offset + Number(parameters.get('$limit') ?? 1000))
  const fields = select.split(',')
  const unknown = fields.find((name) => name !== ':id' && !names.includes(name))
  if (unknown !== undefined) throw new Error(`No such column: ${unknown}`)
  const cell = (row: KeptRow, name: string): unknown => (name === ':id' ? rowId(row.number) : (row.row[name] ?? null))
  const rows = bend(right, all)
  if (format === 'csv') {
    const lines = [fields, ...rows.map((row) => fields.map((name) => csvText(cell(row, name))))]
    const body = lines.map((line) => `${line.map(quoted).join(',')}\n`).join('')
    return { status: 200, type: 'text/csv; charset=utf-8', body }
  }
  const objects = rows.map((row) => {
    const members = fields.map((name) => [name, cell(row, name)] as const)
    return JSON.stringify(Object.fromEntries(members.filter(([, found]) => found !== null)))
  })
  return { status: 200, type: 'application/json;charset=utf-8', body: `[${objects.join('\n,')}]\n` }
}

function numberOf(id: string): number {
  const digits = id.slice('row-'.length, id.indexOf('.'))
  return Number.parseInt([...digits].reverse().join(''), 36)
}

function csvText(value: unknown): string {
  if (value === null) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
