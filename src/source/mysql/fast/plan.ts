import type { FoundColumn, StagedType } from '../../source.ts'
import { type Reading, readingOf } from '../types.ts'
import type { WireColumn } from './wire.ts'

/** How a value stands in a row packet, and so how it is laid out. */
export type Kind = 'int8' | 'int16' | 'int32' | 'int64' | 'float' | 'double' | 'time' | 'date' | 'text' | 'binary'

export interface PlannedColumn {
  kind: Kind
  unsigned: boolean
}

/**
 * How the fast reader reads a column: as the plain one does, but for times and dates, which come as numbers. Those that are
 * none (`0000-00-00`, `2024-00-15`) are read row by row, as the plain reader shows them.
 */
export function fastReadingOf(columnType: string): Reading {
  const [name] = /^\w+/.exec(columnType.toLowerCase()) ?? []
  if (name === 'date') return { type: 'date', expression: (column) => column }
  if (name === 'datetime' || name === 'timestamp') return { type: 'timestamp', expression: (column) => column }
  return readingOf(columnType)
}

/** What the server sends for a column that was found so; undefined where it is something else, as after an ALTER TABLE. */
export function planColumn({ type, declared }: FoundColumn, wire: WireColumn): PlannedColumn | undefined {
  const kind = WIRE_KINDS[type].get(wire.type)
  if (kind === undefined) return undefined
  return { kind: kind === 'text' && isBinary(declared) ? 'binary' : kind, unsigned: wire.unsigned }
}

/** Whether values come as bytes, which are staged as two digits each. */
export function isBinary(columnType: string): boolean {
  return /^(var)?binary|^(tiny|medium|long)?blob/i.test(columnType)
}

const TEXTS = [0x0f, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9, 0xfa, 0xfb, 0xfc, 0xfd, 0xfe]

const WIRE_KINDS: Readonly<Record<StagedType, ReadonlyMap<number, Kind>>> = {
  long: new Map([
    [1, 'int8'],
    [2, 'int16'],
    [3, 'int32'],
    [9, 'int32'],
    [8, 'int64'],
  ]),
  double: new Map([
    [4, 'float'],
    [5, 'double'],
  ]),
  timestamp: new Map([
    [7, 'time'],
    [12, 'time'],
  ]),
  date: new Map([[10, 'date']]),
  text: new Map(TEXTS.map((type) => [type, 'text'])),
  boolean: new Map(),
}
