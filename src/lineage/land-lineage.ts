import type { RawDefinition, SourceColumn, SourceDefinition } from '../model/pipeline.ts'
import type { PrimitiveType } from '../model/schema.ts'
import type { FoundColumn, StagedType } from '../source/source.ts'
import type { ColumnLineage, TableLineage } from './column-lineage.ts'
import type { Flow, FlowKind } from './sql/origin.ts'

/** What flows from the source bear in place of a table's name. */
export const SOURCE = 'source'

/** A declared column and the one of the source that serves it. */
export interface MatchedColumn {
  column: SourceColumn
  found: FoundColumn | undefined
}

/** The staged types whose values are taken as they are. */
const SAME: Readonly<Partial<Record<PrimitiveType, StagedType>>> = {
  string: 'text',
  long: 'long',
  int: 'long',
  double: 'double',
  boolean: 'boolean',
  timestamp: 'timestamp',
  date: 'date',
}

/** The raw table: each column from the found one that serves it, read and repaired; bad rows go elsewhere. */
export function rawLineage(definition: SourceDefinition, matches: readonly MatchedColumn[]): TableLineage {
  return {
    columns: [...matches.map(readColumn), madeByRun('batch_at', '$batch_at')],
    rows: [...ruling(definition, matches), ...from(SOURCE, foundNames(matches, [definition.key]), 'SORT')],
    unresolved: [],
  }
}

/** Quarantine: what was found, as text; what breaks a rule is what its other columns say. */
export function quarantineLineage(
  definition: SourceDefinition,
  matches: readonly MatchedColumn[],
  extra: readonly FoundColumn[],
): TableLineage {
  const rules = ruling(definition, matches)
  const asText = ({ column, found }: MatchedColumn): ColumnLineage => {
    if (!found) return { name: column.name, inputs: [], unresolved: [] }
    return taken(column.name, [found.name], found.type === 'text' ? 'IDENTITY' : 'TRANSFORMATION', 'the value as text')
  }
  return {
    columns: [
      madeByRun('batch_at', '$batch_at'),
      madeByRun('run', '$run'),
      { name: 'rule', inputs: rules.map((flow) => ({ ...flow, kind: 'CONDITIONAL' })), unresolved: [] },
      { ...asText(matches.find(({ column }) => column.name === definition.key)!), name: 'key' },
      ...matches.map(asText),
      taken(
        'extra',
        extra.map((column) => column.name),
        'TRANSFORMATION',
        'columns that are not declared, as JSON',
      ),
    ],
    rows: rules,
    unresolved: [],
  }
}

/** The change ledger: the raw table before the batch beside the raw table after it, incident by incident. */
export function changesLineage(definition: SourceDefinition, rawName: string): TableLineage {
  const all = definition.columns.map((column) => column.name)
  const others = all.filter((name) => name !== definition.key)
  const made = (name: string, columns: readonly string[], expression: string): ColumnLineage => ({
    name,
    inputs: from(rawName, columns, 'TRANSFORMATION'),
    unresolved: [],
    expression,
  })
  return {
    columns: [
      madeByRun('batch_at', '$batch_at'),
      { name: definition.key, inputs: from(rawName, [definition.key], 'IDENTITY'), unresolved: [] },
      made('kinds', all, 'what the differences are called'),
      made('columns', others, 'names of the columns that differ'),
      made('before', all, 'the row in the snapshot before'),
      made('after', all, 'the row in this snapshot'),
    ],
    rows: [...from(rawName, [definition.key], 'JOIN'), ...from(rawName, others, 'FILTER')],
    unresolved: [],
  }
}

/** One row for each batch: counts of the run, and what the raw table says about its changes and its times. */
export function batchesLineage(
  definition: SourceDefinition,
  raw: RawDefinition,
  rawName: string,
  columns: readonly string[],
): TableLineage {
  const ruled = Object.entries(raw.kinds).map(
    ([kind, rule]) => [kind, 'columns' in rule ? rule.columns : [rule.column]] as const,
  )
  const named = new Set([definition.key, definition.cursor, ...ruled.flatMap(([, names]) => names)])
  const counted: Readonly<Record<string, readonly string[]>> = {
    changes_new: [definition.key],
    changes_vanished: [definition.key],
    changes_returned: [definition.key],
    ...Object.fromEntries(ruled.map(([kind, names]) => [`changes_${kind}`, names])),
    changes_amended: definition.columns.map((column) => column.name).filter((name) => !named.has(name)),
    changes_restamped: [definition.cursor],
    cursor_min: [definition.cursor],
    cursor_max: [definition.cursor],
    newest_incident: [definition.occurred],
  }
  const words: Readonly<Record<string, string>> = { batch_at: '$batch_at', run: '$run', code_version: '$code_version' }
  return {
    columns: columns.map((name) => {
      const inputs = from(rawName, counted[name] ?? [], 'AGGREGATION')
      return inputs.length > 0 ? { name, inputs, unresolved: [] } : madeByRun(name, words[name] ?? 'counted by the run')
    }),
    rows: [],
    unresolved: [],
  }
}

function readColumn({ column, found }: MatchedColumn): ColumnLineage {
  if (!found) return { ...madeByRun(column.name, 'NULL'), inputs: [] }
  const repaired = column.code !== undefined || column.point === true
  if (!repaired && SAME[column.type] === found.type) return taken(column.name, [found.name], 'IDENTITY')
  return taken(column.name, [found.name], 'TRANSFORMATION', howRead(column, found))
}

function howRead(column: SourceColumn, found: FoundColumn): string {
  if (column.point) return 'written as (latitude, longitude)'
  if (column.code) return 'leading zeros put back'
  return `${found.type} read as ${column.type}`
}

/** Columns that decide whether a row is good: the key, the cursor between repeats, and every text that must be read. */
function ruling(definition: SourceDefinition, matches: readonly MatchedColumn[]): Flow[] {
  const read = matches.filter(({ column, found }) => found?.type === 'text' && column.type !== 'string')
  const names = [definition.key, definition.cursor, ...read.map(({ column }) => column.name)]
  return from(SOURCE, foundNames(matches, [...new Set(names)]), 'FILTER')
}

function foundNames(matches: readonly MatchedColumn[], names: readonly string[]): string[] {
  return names.flatMap((name) => matches.find(({ column }) => column.name === name)?.found?.name ?? [])
}

function taken(name: string, columns: readonly string[], kind: FlowKind, expression?: string): ColumnLineage {
  const said = kind === 'IDENTITY' || expression === undefined ? {} : { expression }
  return { name, inputs: from(SOURCE, columns, kind), unresolved: [], ...said }
}

function madeByRun(name: string, expression: string): ColumnLineage {
  return { name, inputs: [], unresolved: [], expression }
}

function from(table: string, columns: readonly string[], kind: FlowKind): Flow[] {
  return columns.map((column) => ({ table, column, kind }))
}
