import { type Following, originOf } from './expression.ts'
import { type Origin, through, together, unresolved } from './origin.ts'
import { EMPTY_FROM, type From, lookUp, type NamedOrigin, type Relation, sameName, type Scope, scopeOf } from './scope.ts'
import { expressionsBelow, hasAt, type Json, type Tree, textAt, textsAt, treeAt } from './tree.ts'

/** What following FROM needs: also the tables by name, those that WITH has named among them. */
export interface Reading extends Following {
  table(name: string): Relation
}

/** Follows what stands behind FROM; `outer` is what a lateral part of it may look into. */
export function followFrom(tree: Tree, outer: Scope | undefined, go: Reading): From {
  const type = tree['type']
  if (type === undefined || type === 'EMPTY') return EMPTY_FROM
  if (type === 'JOIN') return followJoin(tree, outer, go)
  const alias = textAt(tree, 'alias')
  if (type === 'BASE_TABLE') {
    const name = [textAt(tree, 'schema_name'), textAt(tree, 'table_name')].filter((part) => part !== '').join('.')
    const names = alias === '' ? [name, textAt(tree, 'table_name')] : [alias]
    return single(tree, names, go.table(name))
  }
  const scope = scopeOf(EMPTY_FROM, outer)
  if (type === 'SUBQUERY') return single(tree, [alias], go.query(treeAt(treeAt(tree, 'subquery'), 'node'), scope))
  if (type === 'EXPRESSION_LIST') return single(tree, [alias], listed(tree, scope, go))
  if (type === 'TABLE_FUNCTION') return single(tree, [alias], called(tree, scope, go))
  const open = `the columns of ${String(type).toLowerCase()} are not followed`
  return single(tree, [alias], { columns: [], effects: unresolved(open), open })
}

function single(tree: Tree, names: readonly string[], relation: Relation): From {
  const renamed = textsAt(tree, 'column_name_alias')
  const columns = relation.columns.map(({ name, origin }, i) => ({ name: renamed[i] ?? name, origin }))
  const open = relation.open === undefined ? {} : { open: relation.open }
  return { relations: [{ names, columns, ...open }], visible: columns, effects: relation.effects, ...open }
}

/** `VALUES`: a column's origin is that of all its values. */
function listed(tree: Tree, scope: Scope, go: Reading): Relation {
  const rows = (Array.isArray(tree['values']) ? tree['values'] : []) as readonly (readonly Json[])[]
  const columns = (rows[0] ?? []).map((_, i): NamedOrigin => ({
    name: `col${i}`,
    origin: together(rows.map((row) => originOf(row[i] as Tree, scope, go))),
  }))
  return { columns, effects: together([]) }
}

/** `unnest(x)` and the like: what goes in comes out, under names that only the engine or an alias knows. */
function called(tree: Tree, scope: Scope, go: Reading): Relation {
  const call = treeAt(tree, 'function')
  const given = through(together(expressionsBelow(call).map((argument) => originOf(argument, scope, go))), 'TRANSFORMATION')
  const names = textsAt(tree, 'column_name_alias')
  const name = textAt(call, 'function_name')
  const open = `the columns of ${name}(…) are not known from the SQL alone`
  const readsElsewhere = given.flows.length === 0 && !['unnest', 'generate_series', 'range'].includes(name)
  const origin = readsElsewhere ? unresolved(open) : given
  return { columns: names.map((column) => ({ name: column, origin })), effects: together([]), open }
}

function followJoin(tree: Tree, outer: Scope | undefined, go: Reading): From {
  const left = followFrom(treeAt(tree, 'left'), outer, go)
  const right = followFrom(treeAt(tree, 'right'), scopeOf(left, outer), go)
  const kind = textAt(tree, 'join_type')
  const shared = tree['ref_type'] === 'NATURAL' ? commonNames(left, right) : textsAt(tree, 'using_columns')
  const both: From = {
    ...EMPTY_FROM,
    relations: [...left.relations, ...right.relations],
    visible: [...left.visible, ...right.visible],
  }
  const condition = hasAt(tree, 'condition') ? [originOf(treeAt(tree, 'condition'), scopeOf(both, outer), go)] : []
  const compared = shared.flatMap((name) => [lookUp([name], scopeOf(left, outer)), lookUp([name], scopeOf(right, outer))])
  const effects = together([
    left.effects,
    right.effects,
    ...[...condition, ...compared].map((origin) => through(origin, 'JOIN')),
  ])
  const open = left.open ?? right.open
  if (kind === 'SEMI' || kind === 'ANTI') return { ...left, effects }
  return { relations: both.relations, visible: merged(left, right, shared, kind), effects, ...(open ? { open } : {}) }
}

/** Columns of USING stand once: as the side has them that has every row, or as either has them. */
function merged(left: From, right: From, shared: readonly string[], kind: string): NamedOrigin[] {
  const isShared = (column: NamedOrigin): boolean => shared.some((name) => sameName(column.name, name))
  const of = (from: From, name: string): Origin => lookUp([name], scopeOf(from, undefined))
  const kept = left.visible.map((column): NamedOrigin => {
    if (!isShared(column) || column.name === undefined) return column
    if (kind === 'RIGHT') return { name: column.name, origin: of(right, column.name) }
    if (kind === 'OUTER' || kind === 'FULL') {
      return { name: column.name, origin: through(together([column.origin, of(right, column.name)]), 'TRANSFORMATION') }
    }
    return column
  })
  return [...kept, ...right.visible.filter((column) => !isShared(column))]
}

function commonNames(left: From, right: From): string[] {
  return left.visible.flatMap(({ name }) =>
    name !== undefined && right.visible.some((column) => sameName(column.name, name)) ? [name] : [],
  )
}
