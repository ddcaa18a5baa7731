import { NOWHERE, type Origin, through, together, unresolved } from './origin.ts'
import { lookUp, type Relation, type Scope } from './scope.ts'
import { expressionsBelow, hasAt, type Tree, textAt, textsAt, treeAt, treesAt } from './tree.ts'

/** What following an expression needs beside it. */
export interface Following {
  /** Names of aggregate functions, in lower case. */
  aggregates: ReadonlySet<string>
  /** Follows a query within the expression; its names are looked up in `scope` last. */
  query(node: Tree, scope: Scope): Relation
}

/** Follows an expression to the columns that its value comes from. `aliasFirst` as in ORDER BY. */
export function originOf(expression: Tree, scope: Scope, go: Following, aliasFirst = false): Origin {
  const inner = (tree: Tree, within = scope): Origin => originOf(tree, within, go, aliasFirst)
  switch (expression['class']) {
    case 'COLUMN_REF':
      return lookUp(textsAt(expression, 'column_names'), scope, aliasFirst)
    case 'CONSTANT':
    case 'PARAMETER':
      return NOWHERE
    case 'STAR':
      return unresolved('COLUMNS and * within an expression')
    case 'CASE':
      return caseOrigin(expression, inner)
    case 'FUNCTION':
      return functionOrigin(expression, inner, go)
    case 'WINDOW':
      return windowOrigin(expression, inner)
    case 'SUBQUERY':
      return subqueryOrigin(expression, scope, inner, go)
    case 'LAMBDA':
      return inner(treeAt(expression, 'expr'), {
        ...scope,
        locals: new Set([...scope.locals, ...parametersOf(treeAt(expression, 'lhs'))]),
      })
    default:
      return through(together(expressionsBelow(expression).map((tree) => inner(tree))), 'TRANSFORMATION')
  }
}

/** Whether an aggregate function stands in an expression, outside of the queries within it. */
export function hasAggregate(expression: Tree, go: Following): boolean {
  if (expression['class'] === 'FUNCTION' && isAggregate(expression, go)) return true
  if (expression['class'] === 'SUBQUERY') return false
  return expressionsBelow(expression).some((tree) => hasAggregate(tree, go))
}

type Inner = (tree: Tree, within?: Scope) => Origin

function caseOrigin(expression: Tree, inner: Inner): Origin {
  const checks = treesAt(expression, 'case_checks')
  return together([
    ...checks.map((check) => through(inner(treeAt(check, 'then_expr')), 'TRANSFORMATION')),
    ...(hasAt(expression, 'else_expr') ? [through(inner(treeAt(expression, 'else_expr')), 'TRANSFORMATION')] : []),
    ...checks.map((check) => through(inner(treeAt(check, 'when_expr')), 'CONDITIONAL')),
  ])
}

function functionOrigin(expression: Tree, inner: Inner, go: Following): Origin {
  const kind = isAggregate(expression, go) ? 'AGGREGATION' : 'TRANSFORMATION'
  const orders = treesAt(treeAt(expression, 'order_bys'), 'orders')
  return together([
    ...treesAt(expression, 'children').map((child) => through(inner(child), kind)),
    ...(hasAt(expression, 'filter') ? [through(inner(treeAt(expression, 'filter')), 'CONDITIONAL')] : []),
    ...orders.map((order) => through(inner(treeAt(order, 'expression')), 'SORT')),
  ])
}

/** `lag` and the like hand on one row's value, although DuckDB lists them among the aggregates. */
function windowOrigin(expression: Tree, inner: Inner): Origin {
  const kind = expression['type'] === 'WINDOW_AGGREGATE' ? 'AGGREGATION' : 'TRANSFORMATION'
  const { children: _, default_expr: __, ...frame } = expression
  const values = [
    ...treesAt(expression, 'children'),
    ...(hasAt(expression, 'default_expr') ? [treeAt(expression, 'default_expr')] : []),
  ]
  return together([
    ...values.map((child) => through(inner(child), kind)),
    ...expressionsBelow(frame).map((tree) => through(inner(tree), 'WINDOW')),
  ])
}

/** A query's value is its column; whether there is a row at all, and whether one is equal, its rows decide. */
function subqueryOrigin(expression: Tree, scope: Scope, inner: Inner, go: Following): Origin {
  const { columns, effects, open } = go.query(treeAt(treeAt(expression, 'subquery'), 'node'), scope)
  const values = together([...columns.map((column) => column.origin), ...(open ? [unresolved(open)] : [])])
  switch (expression['subquery_type']) {
    case 'SCALAR':
      return together([values, effects])
    case 'EXISTS':
    case 'NOT_EXISTS':
      return effects
    default: {
      const compared = hasAt(expression, 'child') ? [inner(treeAt(expression, 'child'))] : []
      return together([...compared, values].map((origin) => through(origin, 'TRANSFORMATION')).concat(effects))
    }
  }
}

function isAggregate(expression: Tree, go: Following): boolean {
  return go.aggregates.has(textAt(expression, 'function_name').toLowerCase())
}

function parametersOf(lhs: Tree): string[] {
  if (lhs['class'] === 'COLUMN_REF') return textsAt(lhs, 'column_names').map((name) => name.toLowerCase())
  return expressionsBelow(lhs).flatMap(parametersOf)
}
