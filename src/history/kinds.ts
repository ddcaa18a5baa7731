import type { RawDefinition, SourceDefinition } from '../model/pipeline.ts'
import { identifier, literal } from '../model/sql-text.ts'

/**
 * SQL for the list of columns that differ between two structs of an incident (`before.x`, `after.x`), the cursor among
 * them. `IS DISTINCT FROM` holds NULL equal to NULL.
 */
export function changedColumnsSql(definition: SourceDefinition, before: string, after: string): string {
  return listOf(
    definition.columns
      .filter((column) => column.name !== definition.key)
      .map((column) => [column.name, differs(column.name, before, after)]),
  )
}

/**
 * SQL for the kinds of change between two structs of an incident that both exist, given the list `columns` of what
 * differs; an incident in which nothing but the cursor differs is `restamped`.
 */
export function kindsSql(
  definition: SourceDefinition,
  raw: RawDefinition,
  names: { before: string; after: string; columns: string },
): string {
  const { before, after, columns } = names
  const of = (struct: string, column: string): string => `${struct}.${identifier(column)}`
  const whole = new Set<string>()
  const conditions: [string, string][] = []
  const starts: [string, string][] = []
  for (const [kind, rule] of Object.entries(raw.kinds)) {
    if ('columns' in rule) {
      rule.columns.forEach((column) => whole.add(column))
      conditions.push([kind, `list_has_any(${columns}, [${rule.columns.map(literal).join(', ')}])`])
      continue
    }
    const was = `coalesce(${of(before, rule.column)}, false)`
    const is = `coalesce(${of(after, rule.column)}, false)`
    const condition = 'becomes' in rule ? `(NOT ${was} AND ${is})` : `(${was} AND NOT ${is})`
    conditions.push([kind, condition])
    starts.push([rule.column, condition])
  }
  // A column whose change has no kind of its own is amended: every other column, and a value that becomes unknown.
  const amended = definition.columns
    .filter((column) => column.name !== definition.key && column.name !== definition.cursor && !whole.has(column.name))
    .map((column) => {
      const told = starts.filter(([name]) => name === column.name).map(([, condition]) => condition)
      const listed = `list_contains(${columns}, ${literal(column.name)})`
      return told.length === 0 ? listed : `(${listed} AND NOT (${told.join(' OR ')}))`
    })
  const all: [string, string][] = [...conditions, ['amended', amended.join(' OR ') || 'false']]
  return `coalesce(nullif(${listOf(all)}, []::VARCHAR[]), ['restamped'])`
}

/** All kinds that a pipeline's incidents can have, in the order in which they are told. */
export function kindNames(raw: RawDefinition): string[] {
  return ['new', 'vanished', 'returned', ...Object.keys(raw.kinds), 'amended', 'restamped']
}

function listOf(entries: readonly (readonly [string, string])[]): string {
  const cases = entries.map(([name, condition]) => `CASE WHEN ${condition} THEN ${literal(name)} END`)
  return `list_filter([${cases.join(', ')}], lambda k: k IS NOT NULL)`
}

function differs(column: string, before: string, after: string): string {
  return `${before}.${identifier(column)} IS DISTINCT FROM ${after}.${identifier(column)}`
}
