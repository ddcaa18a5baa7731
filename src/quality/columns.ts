import { BlotterError } from '../errors.ts'
import type { SourceColumn, SourceDefinition } from '../model/pipeline.ts'
import type { FoundColumn } from '../source/source.ts'
import { canHold } from './read.ts'

/** A declared column and the found one that serves it; undefined lands as NULL. */
export interface ColumnMatch {
  column: SourceColumn
  found: FoundColumn | undefined
}

/** Which found column serves which declared one, in declared order; `extra` are found and not declared. */
export interface Matching {
  columns: readonly ColumnMatch[]
  /** The same by declared name, without those that are missing. */
  found: ReadonlyMap<string, FoundColumn>
  missing: readonly string[]
  extra: readonly FoundColumn[]
}

/** Columns that a source adds to malformed rows; they are no columns of the data. */
const MARKERS: ReadonlySet<string> = new Set(['_surplus', '_line'])

export function isMarker(found: FoundColumn): boolean {
  return MARKERS.has(found.name)
}

/**
 * Binds found columns to declared ones. `mapping` (the configuration's `columns:`, found name to declared name) goes before
 * the exact name, that before a name that differs only in case, spaces, underscores, hyphens, quotes or a byte order mark,
 * and that before an alias: a table may well keep `Id` beside `id`, and the more exact name is the one that was meant; the
 * other is extra. Throws `source_column_missing` for a required column, `source_column_ambiguous` for two names that are
 * equally near, `source_column_type` where a native type cannot hold the declared one, `config_invalid` for a mapping to
 * nothing.
 */
export function matchColumns(
  definition: SourceDefinition,
  found: readonly FoundColumn[],
  mapping: Readonly<Record<string, string>>,
): Matching {
  const matching = bindColumns(definition, found, mapping)
  const lacking = definition.required.filter((name) => matching.missing.includes(name))
  if (lacking.length > 0) throw columnsMissing(lacking, found, matching.extra)
  for (const { column, found: source } of matching.columns) {
    if (source && !canHold(column.type, source.type)) throw typeUnfit(column, source)
  }
  return matching
}

/** The same, whatever is missing or of an unfit type: for rows that go to quarantine anyway. */
export function bindColumns(
  definition: SourceDefinition,
  found: readonly FoundColumn[],
  mapping: Readonly<Record<string, string>>,
): Matching {
  const mapped = mappedNames(definition, mapping)
  const taken = new Set<FoundColumn>()
  const columns = definition.columns.map((column): ColumnMatch => {
    const source = nearest(
      column,
      found.filter((f) => !taken.has(f)),
      mapped,
    )
    if (source) taken.add(source)
    return { column, found: source }
  })
  return {
    columns,
    found: new Map(columns.flatMap(({ column, found: source }) => (source ? [[column.name, source] as const] : []))),
    missing: columns.filter((match) => !match.found).map((match) => match.column.name),
    extra: found.filter((f) => !taken.has(f)),
  }
}

/** `Case Number`, `CASE_NUMBER` and `"case-number"` with a byte order mark are one name. */
function folded(name: string): string {
  return name.toLowerCase().replaceAll(/[\s_\-'"`\u{feff}]/gu, '')
}

function mappedNames(definition: SourceDefinition, mapping: Readonly<Record<string, string>>): Map<string, string> {
  const declared = new Set(definition.columns.map((column) => column.name))
  for (const [from, to] of Object.entries(mapping)) {
    if (declared.has(to)) continue
    const message = `columns: { ${JSON.stringify(from)}: ${to} } names no column of the pipeline.`
    throw new BlotterError('config_invalid', message, {
      todo: `Map it to one of: ${[...declared].join(', ')}.`,
      context: { found: from, declared: to },
    })
  }
  return new Map(Object.entries(mapping).map(([from, to]) => [folded(from), to]))
}

function nearest(
  column: SourceColumn,
  free: readonly FoundColumn[],
  mapped: ReadonlyMap<string, string>,
): FoundColumn | undefined {
  const mappedTo = (f: FoundColumn): string | undefined => mapped.get(folded(f.name))
  const open = free.filter((f) => !isMarker(f) && (mappedTo(f) ?? column.name) === column.name)
  const aliases = (column.aliases ?? []).map(folded)
  const levels: readonly ((f: FoundColumn) => boolean)[] = [
    (f) => mappedTo(f) === column.name,
    (f) => f.name === column.name,
    (f) => folded(f.name) === folded(column.name),
    (f) => aliases.includes(folded(f.name)),
  ]
  for (const fits of levels) {
    const [first, second] = open.filter(fits)
    if (first && second) throw ambiguous(column, first, second)
    if (first) return first
  }
  return undefined
}

function ambiguous(column: SourceColumn, first: FoundColumn, second: FoundColumn): BlotterError {
  const names = `${JSON.stringify(first.name)} and ${JSON.stringify(second.name)}`
  return new BlotterError('source_column_ambiguous', `Two columns of the source could be ${column.name}: ${names}.`, {
    todo: `Say in the configuration which one it is, such as columns: { ${JSON.stringify(first.name)}: ${column.name} }.`,
    context: { declared: column.name, found: [first.name, second.name] },
  })
}

function columnsMissing(
  lacking: readonly string[],
  found: readonly FoundColumn[],
  extra: readonly FoundColumn[],
): BlotterError {
  const what = lacking.length === 1 ? `the required column ${lacking[0]}` : `required columns: ${lacking.join(', ')}`
  const there = found.length === 0 ? 'no columns at all' : found.map((f) => f.name).join(', ')
  const free = extra.filter((f) => !isMarker(f)).map((f) => f.name)
  const example = lacking.map((name) => `${JSON.stringify(likely(name, free))}: ${name}`).join(', ')
  const message = `The source lacks ${what}. It has: ${there}. Nothing was read into the lake.`
  return new BlotterError('source_column_missing', message, {
    todo: `If a column is there under another name, say so in the configuration: source: { columns: { ${example} } }.`,
    context: { missing: [...lacking], found: found.map((f) => f.name) },
  })
}

/** A found name that shares a word with the declared one; else a name that says what to put there. */
function likely(name: string, free: readonly string[]): string {
  const near = free.find((other) => folded(other).includes(folded(name)) || folded(name).includes(folded(other)))
  return near ?? 'NAME IN THE SOURCE'
}

function typeUnfit(column: SourceColumn, source: FoundColumn): BlotterError {
  const has = `${JSON.stringify(source.name)} is ${source.declared}`
  const message = `The source’s column ${has}, which cannot hold ${column.name} (${column.type}). Nothing was read.`
  return new BlotterError('source_column_type', message, {
    todo: `Map another column to ${column.name} in the configuration (columns:), or change its type in the source.`,
    context: { column: column.name, expected: column.type, found: source.declared },
  })
}
