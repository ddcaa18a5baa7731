import type { RawDefinition, SourceDefinition } from './pipeline.ts'
import { identifier } from './sql-text.ts'

/** How an engine's SQL writes texts and lists of them. */
export interface TextLists {
  literal: (text: string) => string
  of: (expressions: readonly string[]) => string
  /** A list without its NULLs. */
  present: (list: string) => string
  /** A list without a text. */
  none: string
}

/** All kinds that a pipeline's incidents can have, in the order in which they are told. */
export function kindNames(raw: RawDefinition): string[] {
  return ['new', 'vanished', 'returned', ...Object.keys(raw.kinds), 'amended', 'restamped']
}

/**
 * SQL for the list of columns that differ between the structs `before` and `after` of an incident, the cursor among them;
 * none where it came or went. `IS DISTINCT FROM` holds NULL equal to NULL.
 */
export function changedColumnsSql(source: SourceDefinition, lists: TextLists): string {
  const differing = source.columns
    .filter(({ name }) => name !== source.key)
    .map(({ name }) => {
      const [before, after] = [`before.${identifier(name)}`, `after.${identifier(name)}`]
      return `CASE WHEN ${before} IS DISTINCT FROM ${after} THEN ${lists.literal(name)} END`
    })
  return `CASE WHEN before IS NULL OR after IS NULL THEN ${lists.none} ELSE ${lists.present(lists.of(differing))} END`
}

/**
 * SQL for the kinds of change between the structs `before` and `after` of an incident, given the list `columns` of what
 * differs and the condition under which one that comes was there once. Where nothing but the cursor differs it is
 * `restamped`.
 */
export function kindsSql(source: SourceDefinition, raw: RawDefinition, lists: TextLists, wasThere: string): string {
  const one = (kind: string): string => lists.of([lists.literal(kind)])
  const rules = kindConditions(source, raw, lists.literal)
  const several = lists.present(
    lists.of(rules.map(([kind, condition]) => `CASE WHEN ${condition} THEN ${lists.literal(kind)} END`)),
  )
  return `CASE WHEN before IS NULL AND ${wasThere} THEN ${one('returned')}
    WHEN before IS NULL THEN ${one('new')}
    WHEN after IS NULL THEN ${one('vanished')}
    ELSE coalesce(nullif(${several}, ${lists.none}), ${one('restamped')}) END`
}

/** When an incident that was there before and after is of which kind. */
function kindConditions(
  source: SourceDefinition,
  raw: RawDefinition,
  literal: TextLists['literal'],
): (readonly [kind: string, condition: string])[] {
  const differs = (column: string): string => `array_contains(columns, ${literal(column)})`
  const anyOf = (conditions: readonly string[]): string => conditions.join(' OR ') || 'false'
  const whole = new Set<string>()
  const turns: (readonly [column: string, condition: string])[] = []
  const told = Object.entries(raw.kinds).map(([kind, rule]) => {
    if ('columns' in rule) {
      rule.columns.forEach((column) => whole.add(column))
      return [kind, anyOf(rule.columns.map(differs))] as const
    }
    const [was, is] = ['before', 'after'].map((end) => `coalesce(${end}.${identifier(rule.column)}, false)`)
    const condition = 'becomes' in rule ? `(NOT ${was} AND ${is})` : `(${was} AND NOT ${is})`
    turns.push([rule.column, condition])
    return [kind, condition] as const
  })
  // A column whose change has no kind of its own is amended: every other column, and a value that becomes unknown.
  const amended = source.columns
    .filter(({ name }) => name !== source.key && name !== source.cursor && !whole.has(name))
    .map(({ name }) => {
      const turned = turns.filter(([column]) => column === name).map(([, condition]) => condition)
      return turned.length === 0 ? differs(name) : `(${differs(name)} AND NOT (${anyOf(turned)}))`
    })
  return [...told, ['amended', anyOf(amended)]]
}
