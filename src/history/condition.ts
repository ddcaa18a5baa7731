import { BlotterError } from '../errors.ts'
import type { SourceDefinition } from '../model/pipeline.ts'
import { duckdbType, identifier, literal } from '../model/sql-text.ts'

interface Queries {
  rows(sql: string): Promise<Record<string, unknown>[]>
}

/** Parts of an expression that depend on nothing but the incident itself. */
const EXPRESSIONS = new Set([
  'COMPARISON',
  'CONJUNCTION',
  'CONSTANT',
  'COLUMN_REF',
  'FUNCTION',
  'OPERATOR',
  'BETWEEN',
  'CASE',
  'CAST',
  'COLLATE',
])

const MAX_LENGTH = 10_000

/**
 * Reads a SQL condition over the columns of an incident, such as `year = 2019`: one boolean expression without subqueries,
 * and without functions that read anything or are not the same every time, since a hold asks it again in every batch.
 * Resolves with it as it was given; throws `usage`.
 */
export async function readCondition(given: string, definition: SourceDefinition, engine: Queries): Promise<string> {
  const text = given.trim()
  if (text === '' || text.length > MAX_LENGTH) throw refused(text, 'it is empty or too long')
  const [row] = await engine.rows(`SELECT json_serialize_sql(${literal(`SELECT 1 FROM t WHERE ${text}\n`)}) AS parsed`)
  const where = expressionOf(JSON.parse(String(row?.['parsed'])), text)
  const found = { columns: new Set<string>(), functions: new Set<string>() }
  walk(where, text, found)
  refuseUnknownColumns(found.columns, definition, text)
  await refuseUnsteady(found.functions, engine, text)
  await requireBoolean(text, definition, engine)
  return text
}

/** The condition as SQL that is true or false: an incident of which it cannot be said does not match. */
export function matchesSql(where: string | null): string {
  // On lines of its own, so that a comment at its end hides nothing.
  return where === null ? 'true' : `coalesce((\n${where}\n), false)`
}

interface Select {
  type?: string
  modifiers?: unknown[]
  where_clause?: unknown
  group_expressions?: unknown[]
  [other: string]: unknown
}

function expressionOf(parsed: unknown, text: string): unknown {
  const {
    error,
    error_message: message,
    statements = [],
  } = parsed as {
    error?: boolean
    error_message?: string
    statements?: { node?: Select }[]
  }
  if (error) throw refused(text, `it does not parse: ${message}`)
  const node = statements[0]?.node
  const plain =
    statements.length === 1 &&
    node?.type === 'SELECT_NODE' &&
    node.modifiers?.length === 0 &&
    node.group_expressions?.length === 0 &&
    ['having', 'qualify', 'sample'].every((clause) => !node[clause])
  if (!plain || !node?.where_clause) throw refused(text, 'it is more than one condition')
  return node.where_clause
}

function walk(node: unknown, text: string, found: { columns: Set<string>; functions: Set<string> }): void {
  if (Array.isArray(node)) return node.forEach((inner) => walk(inner, text, found))
  if (typeof node !== 'object' || node === null) return
  const { class: kind, column_names: names, function_name: name } = node as Record<string, unknown>
  if (typeof kind === 'string') {
    if (!EXPRESSIONS.has(kind)) throw refused(text, `${kind.toLowerCase().replaceAll('_', ' ')} is not possible in it`)
    if (kind === 'COLUMN_REF') found.columns.add((names as string[]).join('.'))
    if (kind === 'FUNCTION') found.functions.add(String(name).toLowerCase())
  }
  for (const inner of Object.values(node)) walk(inner, text, found)
}

function refuseUnknownColumns(names: ReadonlySet<string>, definition: SourceDefinition, text: string): void {
  const known = definition.columns.map((column) => column.name)
  const unknown = [...names].filter((name) => !known.includes(name.toLowerCase()))
  if (unknown.length === 0) return
  throw refused(
    text,
    `incidents have no column ${unknown.join(', ')}`,
    `Texts stand in single quotes; columns are ${known.join(', ')}.`,
  )
}

/** Functions whose answer may be another one tomorrow, and those that ask the engine about itself. */
async function refuseUnsteady(names: ReadonlySet<string>, engine: Queries, text: string): Promise<void> {
  if (names.size === 0) return
  const listed = [...names].map(literal).join(', ')
  const steady = await engine.rows(`SELECT function_name AS name FROM duckdb_functions() WHERE function_name IN (${listed})
    GROUP BY 1 HAVING bool_and(coalesce(function_type = 'scalar' AND stability = 'CONSISTENT', false))`)
  const known = new Set(steady.map((row) => String(row['name'])))
  const about = new Set(['current_setting', 'getvariable'])
  const unsteady = [...names].filter((name) => !known.has(name) || about.has(name))
  if (unsteady.length > 0) throw refused(text, `${unsteady.join(', ')} is no function of an incident’s own values`)
}

async function requireBoolean(text: string, definition: SourceDefinition, engine: Queries): Promise<void> {
  const columns = definition.columns.map(({ name, type }) => `NULL::${duckdbType(type)} AS ${identifier(name)}`)
  const select = `SELECT (\n${text}\n) AS condition FROM (SELECT ${columns.join(', ')})`
  const tried = async (): Promise<Record<string, unknown>[]> => {
    await engine.rows(select)
    return engine.rows(`DESCRIBE ${select}`)
  }
  const [described] = await tried().catch((error: unknown) => {
    throw refused(text, `the engine says ${(error as Error).message.split('\n')[0]}`)
  })
  if (described?.['column_type'] !== 'BOOLEAN') {
    throw refused(text, `it is ${String(described?.['column_type'])}, neither true nor false`)
  }
}

function refused(text: string, why: string, todo = 'Write it like: --where "year = 2019".'): BlotterError {
  return new BlotterError('usage', `The condition "${text.slice(0, 200)}" cannot be used: ${why}. Nothing was changed.`, {
    todo,
    context: { where: text.slice(0, 2000) },
  })
}
