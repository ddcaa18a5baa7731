import { BlotterError } from '../errors.ts'
import { literal } from '../model/sql-text.ts'
import { placeAt } from './place.ts'
import { type RefCall, refCalls, type RefFunction } from './functions.ts'

/** A statement that only reads the tables it is given. */
export interface Statement {
  sql: string
  /** False for EXPLAIN, which no other statement can hold. */
  selectable: boolean
  /** Calls of the functions that it was allowed. */
  calls: readonly RefCall[]
  /** As the engine's parser tells it. */
  parsed: unknown
}

interface Parsed {
  error: boolean
  error_type?: string
  error_message?: string
  position?: string
  statements?: unknown[]
}

/** Table functions that make rows out of nothing but their arguments, or tell what the engine knows. */
const TABLE_FUNCTIONS = new Set([
  'range',
  'generate_series',
  'unnest',
  'repeat',
  'repeat_row',
  'json_each',
  'json_tree',
  'summary',
  'icu_calendar_names',
  'pg_timezone_names',
  'pragma_version',
  'pragma_table_info',
  'duckdb_tables',
  'duckdb_columns',
  'duckdb_functions',
  'duckdb_types',
  'duckdb_keywords',
])

/** Functions and views that tell of the process and of how it is set up, where a query may only tell of the data. */
const OUTWARD_FUNCTIONS = new Set(['getenv', 'current_setting', 'write_log'])
const OUTWARD_VIEWS = new Set(['pg_settings', 'pragma_database_list', 'duckdb_databases', 'duckdb_logs'])

const LOOKS_LIKE_FILE = /[/\\]|^[a-z0-9]+:|\.(?:parquet|csv|tsv|txt|json|jsonl|ndjson|gz|zst|avro|xlsx|db|duckdb|sqlite)$/i

/**
 * Lets exactly one statement pass that reads: SELECT, WITH, VALUES, FROM, TABLE, DESCRIBE, SHOW, SUMMARIZE, EXPLAIN.
 * The engine's own parser says what it is. Throws `query_refused` for all else, `query_failed` for what does not parse.
 */
export async function readOnlyStatement(
  sql: string,
  rows: (sql: string) => Promise<Record<string, unknown>[]>,
  functions: readonly RefFunction[] = [],
): Promise<Statement> {
  // The engine would take it for the end of the text.
  if (sql.includes('\0')) throw refused('The statement holds a NUL character.', 'Take it out.', sql)
  const parse = async (text: string): Promise<Parsed> => {
    const [row] = await rows(`SELECT json_serialize_sql(${literal(text)}) AS parsed`)
    return JSON.parse(String(row?.['parsed'])) as Parsed
  }
  const explained = /^\s*explain\s+(analyze\s+)?/i.exec(sql)
  const inner = explained ? sql.slice(explained[0].length) : sql
  const parsed = await parse(inner)
  if (parsed.error) throw unreadable(parsed, sql, sql.length - inner.length)
  const statements = parsed.statements ?? []
  if (statements.length === 0)
    throw refused('There is no statement to run.', 'Give one, such as "select count(*) from raw.crimes".', sql)
  if (statements.length > 1) {
    throw refused(`One statement at a time: these are ${statements.length}. None was run.`, 'Run them one by one.', sql)
  }
  refuseOutsideReads(statements[0], sql, new Set(functions.map((one) => one.name)))
  const calls = refCalls(statements[0], functions)
  const known = { calls, parsed: statements[0] }
  if (!explained) return { sql, selectable: true, ...known }
  return { sql, selectable: false, ...known }
}

const VERBS = 'SELECT, WITH, VALUES, FROM, DESCRIBE, SHOW, SUMMARIZE and EXPLAIN are run.'
const PIVOT_HINT = 'Write the values out: FROM (PIVOT … ON column IN (…) USING …).'

/** `skipped` is what stands before the part that was parsed. */
function unreadable(parsed: Parsed, sql: string, skipped: number): BlotterError {
  const verb = /^\s*([a-z]+)/i
    .exec(sql.slice(skipped).replace(/^(?:\s|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)+/, ''))?.[1]
    ?.toUpperCase()
  if (parsed.error_type !== 'parser') {
    const hint = verb === 'PIVOT' ? PIVOT_HINT : VERBS
    return refused(`${verb ?? 'This'} is not run here: a query only reads.`, hint, sql)
  }
  const position = Number(parsed.position) + skipped
  return new BlotterError('query_failed', `The SQL does not parse: ${parsed.error_message}${pointer(sql, position)}`, {
    todo: 'Correct it there. The dialect is DuckDB’s.',
    context: { sql, ...placeAt(sql, position) },
  })
}

/** The line of the mistake with a mark below it. */
function pointer(sql: string, position: number): string {
  if (!Number.isInteger(position) || position < 0 || position > sql.length) return ''
  const start = sql.lastIndexOf('\n', position - 1) + 1
  const end = sql.indexOf('\n', position)
  const line = sql.slice(start, end < 0 ? undefined : end)
  const from = Math.max(0, position - start - 60)
  return `\n\n  ${line.slice(from, from + 100)}\n  ${' '.repeat(position - start - from)}^`
}

const ONLY = 'the tables of the lake and nothing else'

/** Walks the parsed statement: no table function but the harmless and the allowed ones, no file in a table's place. */
function refuseOutsideReads(node: unknown, sql: string, allowed: ReadonlySet<string>): void {
  if (Array.isArray(node)) {
    for (const inner of node) refuseOutsideReads(inner, sql, allowed)
    return
  }
  if (typeof node !== 'object' || node === null) return
  const { type, class: kind, function_name: called, function: call, ...rest } = node as Record<string, unknown>
  const { table_name: table, schema_name: schema } = rest
  if (kind === 'FUNCTION' && typeof called === 'string' && OUTWARD_FUNCTIONS.has(called.toLowerCase())) {
    throw refused(`${called}(…) is not run here: a query reads ${ONLY}.`, '`blotter tables` lists them.', sql)
  }
  if (type === 'TABLE_FUNCTION') {
    const name = String((call as Record<string, unknown> | undefined)?.['function_name'] ?? '')
    if (!TABLE_FUNCTIONS.has(name.toLowerCase()) && !allowed.has(name.toLowerCase())) {
      throw refused(`${name}(…) is not run here: a query reads ${ONLY}.`, '`blotter tables` lists them.', sql)
    }
  }
  if (
    (type === 'BASE_TABLE' || type === 'SHOW_REF') &&
    !schema &&
    typeof table === 'string' &&
    LOOKS_LIKE_FILE.test(table)
  ) {
    throw refused(`${table} looks like a file: a query reads ${ONLY}.`, '`blotter tables` lists them.', sql)
  }
  if (type === 'BASE_TABLE' && typeof table === 'string' && OUTWARD_VIEWS.has(table.toLowerCase())) {
    throw refused(`${table} is not shown here: a query reads ${ONLY}.`, '`blotter tables` lists them.', sql)
  }
  for (const inner of Object.values(node)) refuseOutsideReads(inner, sql, allowed)
}

function refused(message: string, todo: string, sql: string): BlotterError {
  return new BlotterError('query_refused', message, { todo, context: { sql: sql.slice(0, 2000) } })
}
