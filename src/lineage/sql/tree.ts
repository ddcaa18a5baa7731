/** An object of the tree that DuckDB's `json_serialize_sql` makes of a statement. */
export interface Tree {
  readonly [name: string]: Json | undefined
}

export type Json = null | boolean | number | string | readonly Json[] | Tree

export function isTree(json: Json | undefined): json is Tree {
  return typeof json === 'object' && json !== null && !Array.isArray(json)
}

/** The object at a name; an empty one where there is none. */
export function treeAt(tree: Tree, name: string): Tree {
  const found = tree[name]
  return isTree(found) ? found : {}
}

/** The objects of the list at a name; none where there is no list. */
export function treesAt(tree: Tree, name: string): readonly Tree[] {
  const found = tree[name]
  return Array.isArray(found) ? (found as readonly Json[]).filter(isTree) : []
}

export function textAt(tree: Tree, name: string): string {
  const found = tree[name]
  return typeof found === 'string' ? found : ''
}

export function textsAt(tree: Tree, name: string): readonly string[] {
  const found = tree[name]
  return Array.isArray(found) ? (found as readonly Json[]).filter((json) => typeof json === 'string') : []
}

export function hasAt(tree: Tree, name: string): boolean {
  const found = tree[name]
  return isTree(found) && Object.keys(found).length > 0
}

/** Expressions directly below one, wherever its kind keeps them: every expression bears a `class`. */
export function expressionsBelow(tree: Tree): readonly Tree[] {
  const found: Tree[] = []
  const look = (json: Json | undefined): void => {
    if (Array.isArray(json)) (json as readonly Json[]).forEach(look)
    else if (isTree(json)) {
      if (typeof json['class'] === 'string') found.push(json)
      else Object.values(json).forEach(look)
    }
  }
  Object.values(tree).forEach(look)
  return found
}

/** The position that a constant whole number means in `ORDER BY 1`; undefined for anything else. */
export function positionOf(expression: Tree): number | undefined {
  if (expression['class'] === 'POSITIONAL_REFERENCE') return Number(expression['index'])
  const value = expression['class'] === 'CONSTANT' ? treeAt(expression, 'value')['value'] : undefined
  return typeof value === 'number' && Number.isInteger(value) ? value : undefined
}
