import { type Following, hasAggregate, originOf } from './expression.ts'
import { followFrom } from './from.ts'
import { type IndirectFlow, NOWHERE, type Origin, through, together, unresolved } from './origin.ts'
import { type From, type NamedOrigin, type Relation, sameName, type Scope, scopeOf } from './scope.ts'
import { hasAt, positionOf, type Tree, textAt, textsAt, treeAt, treesAt } from './tree.ts'

/** Tables that a query may read, and the names of aggregate functions. */
export interface Known {
  aggregates: ReadonlySet<string>
  table(name: string): Relation
}

type Tables = Known['table']

/** Follows a query's columns to the tables that it reads. */
export function followQuery(node: Tree, known: Known): Relation {
  return follow(node, known.table, undefined, known)
}

function follow(node: Tree, outerTables: Tables, outer: Scope | undefined, known: Known): Relation {
  const tables = withTables(node, outerTables, outer, known)
  const go: Following = { aggregates: known.aggregates, query: (inner, scope) => follow(inner, tables, scope, known) }
  switch (node['type']) {
    case 'SELECT_NODE':
      return select(node, outer, { ...go, table: tables })
    case 'SET_OPERATION_NODE':
      return combine(node, outer, go)
    default: {
      const open = `a query of the kind ${textAt(node, 'type')} is not followed`
      return { columns: [], effects: unresolved(open), open }
    }
  }
}

/** Tables as the query sees them: those that its WITH names stand before all others. */
function withTables(node: Tree, outerTables: Tables, outer: Scope | undefined, known: Known): Tables {
  return treesAt(treeAt(node, 'cte_map'), 'map').reduce<Tables>((tables, entry) => {
    const { value, key } = { value: treeAt(entry, 'value'), key: textAt(entry, 'key') }
    const names = textsAt(value, 'aliases')
    const inner = treeAt(treeAt(value, 'query'), 'node')
    const isRecursive = inner['type'] === 'RECURSIVE_CTE_NODE'
    const named = isRecursive
      ? repeat(inner, names, tables, outer, known)
      : renamed(follow(inner, tables, outer, known), names)
    return (name) => (sameName(name, key) ? named : tables(name))
  }, outerTables)
}

function select(node: Tree, outer: Scope | undefined, go: Following & { table: Tables }): Relation {
  const from = followFrom(treeAt(node, 'from_table'), outer, go)
  const list = treesAt(node, 'select_list')
  const { columns, aliases, open } = selectList(list, scopeOf(from, outer), go)
  const scope: Scope = { ...scopeOf(from, outer), aliases }
  const at = (expression: Tree): Origin => byPosition(expression, columns) ?? originOf(expression, scope, go)
  const clause = (name: string, kind: IndirectFlow): Origin[] =>
    hasAt(node, name) ? [through(originOf(treeAt(node, name), scope, go), kind)] : []
  const grouped =
    node['aggregate_handling'] === 'FORCE_AGGREGATES'
      ? list.flatMap((item, i) => (hasAggregate(item, go) || !columns[i] ? [] : [columns[i].origin]))
      : treesAt(node, 'group_expressions').map(at)
  const effects = together([
    from.effects,
    ...clause('where_clause', 'FILTER'),
    ...grouped.map((origin) => through(origin, 'GROUP_BY')),
    ...clause('having', 'FILTER'),
    ...clause('qualify', 'FILTER'),
    ...modifiers(node, columns, scope, go),
  ])
  return { columns, effects, ...(open === undefined ? {} : { open }) }
}

/** Columns in order, `*` spread out; a later one may name an earlier one by its alias. */
function selectList(
  list: readonly Tree[],
  scope: Scope,
  go: Following,
): { columns: NamedOrigin[]; aliases: Map<string, Origin>; open?: string } {
  const columns: NamedOrigin[] = []
  const aliases = new Map<string, Origin>()
  let open: string | undefined
  for (const item of list) {
    if (item['class'] === 'STAR') {
      const spread = star(item, { ...scope, aliases }, go)
      columns.push(...spread.columns)
      open ??= spread.open
      continue
    }
    const alias = textAt(item, 'alias')
    const origin = originOf(item, { ...scope, aliases }, go)
    columns.push({ name: alias !== '' ? alias : textsAt(item, 'column_names').at(-1), origin })
    if (alias !== '') aliases.set(alias.toLowerCase(), origin)
  }
  return { columns, aliases, ...(open === undefined ? {} : { open }) }
}

function star(item: Tree, scope: Scope, go: Following): { columns: NamedOrigin[]; open?: string } {
  if (item['columns'] === true || hasAt(item, 'expr')) {
    return { columns: [], open: 'COLUMNS(…) names columns in a way that is not followed' }
  }
  const relation = textAt(item, 'relation_name')
  const source: Pick<From, 'visible' | 'open'> = relation === '' ? scope.from : relationIn(scope.from, relation)
  const left = textsAt(item, 'exclude_list')
  const replaced = treesAt(item, 'replace_list')
  const columns = source.visible
    .filter(({ name }) => !left.some((one) => sameName(name, one)))
    .map((column) => {
      const other = replaced.find((entry) => sameName(column.name, textAt(entry, 'key')))
      return other ? { name: column.name, origin: originOf(treeAt(other, 'value'), scope, go) } : column
    })
  const renames =
    treesAt(item, 'rename_list').length > 0 ||
    hasAt(item, 'rename_list') ||
    treesAt(item, 'qualified_exclude_list').length > 0
  const open = source.open ?? (renames ? '* with RENAME is not followed' : undefined)
  return { columns, ...(open === undefined ? {} : { open }) }
}

function relationIn(from: From, name: string): Pick<From, 'visible' | 'open'> {
  const found = from.relations.find((relation) => relation.names.some((one) => sameName(one, name)))
  if (!found) return { visible: [], open: `${name}.* is not a relation that is read here` }
  return { visible: found.columns, ...(found.open === undefined ? {} : { open: found.open }) }
}

function byPosition(expression: Tree, columns: readonly NamedOrigin[]): Origin | undefined {
  const position = positionOf(expression)
  return position === undefined ? undefined : columns[position - 1]?.origin
}

/** ORDER BY, DISTINCT and LIMIT, for a SELECT and for a set operation alike. */
function modifiers(node: Tree, columns: readonly NamedOrigin[], scope: Scope, go: Following): Origin[] {
  const all = (): Origin => together(columns.map((column) => column.origin))
  return treesAt(node, 'modifiers').map((modifier) => {
    switch (modifier['type']) {
      case 'ORDER_MODIFIER': {
        const orders = treesAt(modifier, 'orders').map((order) => treeAt(order, 'expression'))
        const origins = orders.map((order) =>
          order['class'] === 'STAR' ? all() : (byPosition(order, columns) ?? originOf(order, scope, go, true)),
        )
        return through(together(origins), 'SORT')
      }
      case 'DISTINCT_MODIFIER': {
        const on = treesAt(modifier, 'distinct_on_targets')
        const origins = on.map((target) => byPosition(target, columns) ?? originOf(target, scope, go))
        return through(on.length === 0 ? all() : together(origins), 'GROUP_BY')
      }
      case 'LIMIT_MODIFIER':
      case 'LIMIT_PERCENT_MODIFIER':
        return through(
          together(
            ['limit', 'offset'].flatMap((name) =>
              hasAt(modifier, name) ? [originOf(treeAt(modifier, name), scope, go)] : [],
            ),
          ),
          'FILTER',
        )
      default:
        return unresolved(`${textAt(modifier, 'type')} is not followed`)
    }
  })
}

function combine(node: Tree, outer: Scope | undefined, go: Following): Relation {
  const parts = [...(hasAt(node, 'left') ? [treeAt(node, 'left'), treeAt(node, 'right')] : treesAt(node, 'children'))]
  const outside = outer ?? scopeOf({ relations: [], visible: [], effects: NOWHERE }, undefined)
  const [first = { columns: [], effects: NOWHERE }, ...others] = parts.map((part) => go.query(part, outside))
  const open = [first, ...others].find((relation) => relation.open !== undefined)?.open
  const operation = textAt(node, 'setop_type')
  const isUnion = operation === 'UNION' || operation === ''
  if (operation === 'UNION_BY_NAME') {
    const why = 'UNION BY NAME is not followed'
    return { columns: [], effects: unresolved(why), open: why }
  }
  const columns = first.columns.map(({ name, origin }, i) => ({
    name,
    origin: isUnion ? together([origin, ...others.map((other) => other.columns[i]?.origin ?? NOWHERE)]) : origin,
  }))
  // EXCEPT and INTERSECT compare whole rows; UNION without ALL does so to leave repeats out.
  const compared = together([first, ...others].flatMap((relation) => relation.columns.map((column) => column.origin)))
  const distinct = node['setop_all'] === false
  const rows = isUnion ? (distinct ? [through(compared, 'GROUP_BY')] : []) : [through(compared, 'FILTER')]
  const aliases = new Map(
    columns.flatMap(({ name, origin }) => (name === undefined ? [] : [[name.toLowerCase(), origin] as const])),
  )
  const own = modifiers(node, columns, { ...outside, aliases }, go)
  const effects = together([first.effects, ...others.map((other) => other.effects), ...rows, ...own])
  return { columns, effects, ...(open === undefined ? {} : { open }) }
}

function renamed(relation: Relation, names: readonly string[]): Relation {
  return { ...relation, columns: relation.columns.map(({ name, origin }, i) => ({ name: names[i] ?? name, origin })) }
}

/** Each round carries an origin at least one column further, so that this is enough for any table there is. */
const MAX_ROUNDS = 100

function repeat(node: Tree, names: readonly string[], tables: Tables, outer: Scope | undefined, known: Known): Relation {
  const own = textAt(node, 'cte_name')
  let sum = renamed(follow(treeAt(node, 'left'), tables, outer, known), names)
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const before = JSON.stringify(sum)
    const step = follow(treeAt(node, 'right'), (name) => (sameName(name, own) ? sum : tables(name)), outer, known)
    const columns = sum.columns.map(({ name, origin }, i) => ({
      name,
      origin: together([origin, step.columns[i]?.origin ?? NOWHERE]),
    }))
    sum = { ...sum, columns, effects: together([sum.effects, step.effects]) }
    if (JSON.stringify(sum) === before) break
  }
  return sum
}
