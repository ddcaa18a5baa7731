import { BlotterError } from '../errors.ts'
import type { SourceColumn, SourceDefinition } from '../model/pipeline.ts'
import type { PrimitiveType } from '../model/schema.ts'
import { duckdbType, identifier } from '../model/sql-text.ts'
import type { FoundColumn, StagedType } from '../source/source.ts'
import { readBoolean } from './read-boolean.ts'
import { readCode } from './read-code.ts'
import { readDouble, readInteger } from './read-number.ts'
import { readPoint } from './read-point.ts'
import { readTime } from './read-time.ts'
import { type Cell, emptyText, type Reading, textOf } from './reading.ts'

const HELD: Readonly<Record<PrimitiveType, readonly StagedType[]>> = {
  string: ['text', 'boolean', 'long', 'double', 'date', 'timestamp'],
  long: ['text', 'long', 'double'],
  int: ['text', 'long', 'double'],
  double: ['text', 'long', 'double'],
  boolean: ['text', 'boolean', 'long', 'double'],
  timestamp: ['text', 'timestamp', 'date'],
  date: ['text', 'timestamp', 'date'],
  // A source speaks in wall clocks; an instant is nothing that it could be read as without a zone.
  timestamptz: [],
}

/** Whether values staged as one type can be values of the declared one at all. */
export function canHold(declared: PrimitiveType, staged: StagedType): boolean {
  return HELD[declared].includes(staged)
}

/** The name that a part's SQL gives to a declared column's value as found. */
export function foundIdentifier(name: string): string {
  return identifier(`found ${name}`)
}

/** How values of one staged type are read as a declared column. `found` is the SQL of the value as found. */
export function readColumn(
  column: SourceColumn,
  staged: StagedType,
  emptyIsNull: boolean,
  found = foundIdentifier(column.name),
): Reading {
  const cell: Cell = { found, value: identifier(column.name), emptyIsNull }
  switch (column.type) {
    case 'string':
      return readString(column, staged, cell)
    case 'boolean':
      return readBoolean(staged, cell)
    case 'long':
    case 'int':
      return readInteger(column.type, staged, cell)
    case 'double':
      return readDouble(staged, cell)
    default:
      return readTime(column.type, staged, cell)
  }
}

/** SQL of a found column as the declared one of that name: NULL where nothing is there, and where it cannot be read. */
export function readAs(
  definition: SourceDefinition,
  name: string,
  found: FoundColumn | undefined,
  emptyIsNull: boolean,
): string {
  const column = declaredColumn(definition, name)
  if (!found) return `CAST(NULL AS ${duckdbType(column.type)})`
  return `(${readColumn(column, found.type, emptyIsNull, identifier(found.name)).value})`
}

/** The declared column of a name. Throws `pipeline_invalid` where a key or a cursor names none. */
export function declaredColumn(definition: SourceDefinition, name: string): SourceColumn {
  const column = definition.columns.find((declared) => declared.name === name)
  if (column) return column
  throw new BlotterError('pipeline_invalid', `The pipeline’s source declares no column ${name}.`, {
    todo: `Add it to the columns in 0-source.ts, or name another one there.`,
    context: { column: name },
  })
}

/** Texts keep their case and their spaces. */
function readString(column: SourceColumn, staged: StagedType, cell: Cell): Reading {
  if (column.code) return readCode(column.code, staged, cell)
  if (staged !== 'text') return { value: `CAST(${cell.found} AS ${duckdbType('string')})`, repairs: {} }
  if (column.point) return readPoint(cell)
  return { value: textOf(cell), repairs: emptyText(cell) }
}
