import { NOWHERE, type Origin, through, together, unresolved } from './origin.ts'

/** A column of a relation; without a name where only the engine knows how it is called. */
export interface NamedOrigin {
  name: string | undefined
  origin: Origin
}

/** What a query gives: its columns, and what decides about its rows as a whole. */
export interface Relation {
  columns: readonly NamedOrigin[]
  effects: Origin
  /** Why there may be columns beside these. */
  open?: string
}

/** What stands behind FROM: relations by the names that they are called by, and what is seen without a name. */
export interface From {
  relations: readonly { names: readonly string[]; columns: readonly NamedOrigin[]; open?: string }[]
  visible: readonly NamedOrigin[]
  effects: Origin
  open?: string
}

/** Where names are looked up, from the inside outwards. */
export interface Scope {
  from: From
  /** Names that the select list has given so far. */
  aliases: ReadonlyMap<string, Origin>
  /** Parameters of the lambdas around. */
  locals: ReadonlySet<string>
  outer: Scope | undefined
}

export const EMPTY_FROM: From = { relations: [], visible: [], effects: NOWHERE }

export function scopeOf(from: From, outer: Scope | undefined): Scope {
  return { from, aliases: new Map(), locals: new Set(), outer }
}

export const sameName = (a: string | undefined, b: string): boolean => a?.toLowerCase() === b.toLowerCase()

/**
 * The origin of a column by its name (`x`, `t.x`, `s.t.x`, or with fields of a struct behind it). DuckDB's order: columns
 * of FROM, aliases of the select list (the other way round in ORDER BY: `aliasFirst`), then the query around.
 */
export function lookUp(names: readonly string[], scope: Scope, aliasFirst = false): Origin {
  for (let at: Scope | undefined = scope; at; at = at.outer) {
    if (names.length === 1 && at.locals.has(names[0]!.toLowerCase())) return NOWHERE
    const alias = at.aliases.get(names[0]!.toLowerCase())
    const named = alias && (names.length === 1 ? alias : through(alias, 'TRANSFORMATION'))
    const found = aliasFirst && named ? named : (inFrom(names, at.from) ?? named)
    if (found) return found
  }
  return unresolved(`${names.join('.')} is not a column of anything that is read`)
}

function inFrom(names: readonly string[], from: From): Origin | undefined {
  return qualified(names, from) ?? unqualified(names, from) ?? wholeRow(names, from) ?? hiddenIn(names, from)
}

function qualified(names: readonly string[], from: From): Origin | undefined {
  for (let taken = Math.min(3, names.length - 1); taken > 0; taken--) {
    const table = names.slice(0, taken).join('.')
    const relation = from.relations.find((one) => one.names.some((name) => sameName(name, table)))
    if (!relation) continue
    const found = relation.columns.find((column) => sameName(column.name, names[taken]!))
    if (found) return fieldOf(found.origin, names.length - taken - 1)
    if (relation.open) return unresolved(`${names.join('.')}: ${relation.open}`)
  }
  return undefined
}

function unqualified(names: readonly string[], from: From): Origin | undefined {
  const found = from.visible.filter((column) => sameName(column.name, names[0]!))
  if (found.length > 1) return unresolved(`${names[0]} could be either of ${found.length} columns`)
  return found[0] && fieldOf(found[0].origin, names.length - 1)
}

/** The name of a relation as a value is its whole row. */
function wholeRow(names: readonly string[], from: From): Origin | undefined {
  const relation = from.relations.find((one) => one.names.some((name) => sameName(name, names.join('.'))))
  return relation && through(together(relation.columns.map((column) => column.origin)), 'TRANSFORMATION')
}

function hiddenIn(names: readonly string[], from: From): Origin | undefined {
  return from.open === undefined ? undefined : unresolved(`${names.join('.')}: ${from.open}`)
}

function fieldOf(origin: Origin, depth: number): Origin {
  return depth > 0 ? through(origin, 'TRANSFORMATION') : origin
}
