import type { Row } from '../engine/engine.ts'
import { formatJson, parseJson } from '../lake/format/exact-json.ts'
import { literal } from '../model/sql-text.ts'
import { type Flow, NOWHERE, type Origin } from './sql/origin.ts'
import { followQuery } from './sql/query.ts'
import { type Relation, sameName } from './sql/scope.ts'
import { isTree, type Json, type Tree, textAt, treeAt, treesAt } from './sql/tree.ts'

/** The part of DuckDB that reads SQL; nothing is run and no row is read. */
export interface SqlReader {
  rows(sql: string): Promise<Row[]>
}

export interface ColumnLineage {
  name: string
  /** Columns that the value comes from or that decide about it; none for constants, parameters and counts of rows. */
  inputs: readonly Flow[]
  /** What could not be followed, in words; empty if `inputs` is all there is. */
  unresolved: readonly string[]
  /** The SQL of the column, where it is more than another column's name. */
  expression?: string
}

/** Where the columns of one table come from. */
export interface TableLineage {
  columns: readonly ColumnLineage[]
  /** Columns that decide which rows there are, and in which order: filters, joins, groups, sorts. */
  rows: readonly Flow[]
  /** What could not be followed of `rows`. */
  unresolved: readonly string[]
}

/** A table that SQL may read. */
export interface ReadableTable {
  name: string
  columns: readonly string[]
}

export interface FollowInput {
  sql: string
  /** Names that the statement gives, in order. */
  columns: readonly string[]
  tables: readonly ReadableTable[]
}

/**
 * Gives a function that follows each column of a SELECT to the columns of the tables that it reads, by walking the tree
 * that DuckDB's own parser makes (`json_serialize_sql`). Where the names given do not fit what was followed, every column
 * is unresolved. Never guesses, and never throws for SQL that it does not understand.
 */
export async function sqlFollower(reader: SqlReader): Promise<(input: FollowInput) => Promise<TableLineage>> {
  const aggregates = await aggregatesOf(reader)
  return async ({ sql, columns, tables }) => {
    const parsed = await parse(reader, sql)
    if (typeof parsed === 'string') return nothingKnown(columns, parsed)
    const known = new Map(tables.map((table) => [table.name.toLowerCase(), relationOf(table)]))
    const table = (name: string): Relation => known.get(name.toLowerCase()) ?? unknownTable(name)
    const relation = followQuery(parsed, { aggregates, table })
    const fits =
      relation.columns.length === columns.length &&
      relation.columns.every(({ name }, i) => name === undefined || sameName(name, columns[i]!))
    if (!fits) return nothingKnown(columns, relation.open ?? 'the columns of the statement are not those of the table')
    const expressions = await expressionsOf(reader, treesAt(parsed, 'select_list'), columns.length)
    return {
      columns: columns.map((name, i) => {
        const { origin } = relation.columns[i]!
        const expression = expressions[i]
        return { name, inputs: origin.flows, unresolved: origin.unresolved, ...(expression ? { expression } : {}) }
      }),
      rows: relation.effects.flows,
      unresolved: relation.effects.unresolved,
    }
  }
}

function nothingKnown(columns: readonly string[], why: string): TableLineage {
  return { columns: columns.map((name) => ({ name, inputs: [], unresolved: [why] })), rows: [], unresolved: [why] }
}

/** The tree of the one SELECT; a text that says why there is none. */
async function parse(reader: SqlReader, sql: string): Promise<Tree | string> {
  const [row] = await reader.rows(`SELECT json_serialize_sql(${literal(sql)}) AS tree`)
  const tree = parseJson(String(row?.['tree'])) as Json
  if (!isTree(tree) || tree['error'] === true) return isTree(tree) ? textAt(tree, 'error_message') : 'it cannot be parsed'
  const [statement, second] = treesAt(tree, 'statements')
  if (!statement || second) return 'it is not one statement'
  return treeAt(statement, 'node')
}

async function aggregatesOf(reader: SqlReader): Promise<Set<string>> {
  const rows = await reader.rows(
    "SELECT DISTINCT function_name AS name FROM duckdb_functions() WHERE function_type = 'aggregate'",
  )
  return new Set(rows.map((row) => String(row['name']).toLowerCase()))
}

function relationOf({ name, columns }: ReadableTable): Relation {
  const origin = (column: string): Origin => ({ flows: [{ table: name, column, kind: 'IDENTITY' }], unresolved: [] })
  return { columns: columns.map((column) => ({ name: column, origin: origin(column) })), effects: NOWHERE }
}

function unknownTable(name: string): Relation {
  return { columns: [], effects: NOWHERE, open: `${name} is not a table of the pipeline` }
}

/** The SQL of each column of the outermost SELECT as DuckDB writes it; undefined for plain columns and for `*`. */
async function expressionsOf(reader: SqlReader, list: readonly Tree[], count: number): Promise<(string | undefined)[]> {
  if (list.length !== count || list.some((item) => item['class'] === 'STAR')) return []
  const plain = ['COLUMN_REF', 'CONSTANT']
  const wanted = list.flatMap((item, i) => (plain.includes(textAt(item, 'class')) ? [] : [{ item, i }]))
  if (wanted.length === 0) return []
  const [row] = await reader.rows("SELECT json_serialize_sql('SELECT 1') AS tree")
  const alone = parseJson(String(row?.['tree'])) as { statements: { node: Record<string, Json> }[] }
  const documents = wanted.map(({ item, i }) => {
    alone.statements[0]!.node['select_list'] = [{ ...item, alias: '' }]
    return `(${i}, ${literal(formatJson(alone))})`
  })
  const rows = await reader.rows(
    `SELECT i, json_deserialize_sql(tree::JSON) AS sql FROM (VALUES ${documents.join(', ')}) t(i, tree)`,
  )
  const texts: (string | undefined)[] = Array.from({ length: count })
  for (const { i, sql } of rows)
    texts[Number(i)] = String(sql)
      .replace(/^SELECT\s+/i, '')
      .trim()
  return texts
}
