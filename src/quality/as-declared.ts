import type { SourceDefinition } from '../model/pipeline.ts'
import type { PrimitiveType } from '../model/schema.ts'
import { identifier, literal } from '../model/sql-text.ts'
import type { FoundColumn, StagedType } from '../source/source.ts'
import { readColumn } from './read.ts'

/** As which type a value is staged that each value of the declared type equals; what a declared type is staged as itself. */
const EXACT: Readonly<Record<PrimitiveType, { from: readonly StagedType[]; as: StagedType } | undefined>> = {
  string: { from: ['text'], as: 'text' },
  long: { from: ['long'], as: 'long' },
  int: { from: ['long'], as: 'long' },
  double: { from: ['double'], as: 'double' },
  boolean: { from: ['boolean', 'long'], as: 'boolean' },
  timestamp: { from: ['timestamp'], as: 'timestamp' },
  date: { from: ['date'], as: 'date' },
  timestamptz: undefined,
}

/** What the engine complains of where a value is none of its declared type. */
const UNFIT = 'A value is none of its declared type'

export interface AsDeclared {
  /** SQL of the declared columns over the found ones; an error (`isUnfit`) where a value cannot be read. */
  select: string
  /** What is found then. */
  columns: FoundColumn[]
}

/**
 * How rows can be staged in the declared types without losing what was found: numbers and times are read, texts stay as they
 * are. Undefined where columns have other names, or types that would have to be converted.
 */
export function asDeclared(definition: SourceDefinition, found: readonly FoundColumn[]): AsDeclared | undefined {
  const selects: string[] = []
  const columns: FoundColumn[] = []
  for (const column of definition.columns) {
    const { name } = column
    const staged = found.find((candidate) => candidate.name === name)
    const exact = EXACT[column.type]
    if (!staged || !exact?.from.includes(staged.type)) return undefined
    const [id, { value }] = [identifier(name), readColumn(column, staged.type, false, identifier(name))]
    const read = `CASE WHEN (${value}) IS NULL AND ${id} IS NOT NULL THEN error(${literal(UNFIT)}) ELSE ${value} END AS ${id}`
    selects.push(column.type === 'string' ? id : read)
    columns.push({ ...staged, type: exact.as })
  }
  return found.length === columns.length ? { select: selects.join(', '), columns } : undefined
}

/** Whether the engine stopped at a value that cannot be staged as it is declared. */
export function isUnfit(error: unknown): boolean {
  return error instanceof Error && error.message.includes(UNFIT)
}
