import { open } from 'node:fs/promises'
import type { FoundColumn, StagedType } from '../source.ts'
import { readError, unreadable } from './bytes.ts'
import type { FoundFile } from './find.ts'
import { readThrift, ThriftError, type ThriftStruct, type ThriftValue } from './thrift.ts'

export interface ParquetFooter {
  columns: ParquetColumn[]
  rows: number
}

/** A top-level column; `nested` and `instant` say how its text is made. */
export interface ParquetColumn extends FoundColumn {
  nested: boolean
  /** A point in time rather than a wall clock. */
  instant: boolean
}

const FOOTER_BYTES_MAX = 256 << 20

/** Reads columns and row count from the end of a Parquet file; throws `source_file_unreadable` where it is cut. */
export async function readParquetFooter(file: FoundFile): Promise<ParquetFooter> {
  try {
    await using handle = await open(file.path)
    const read = async (from: number, length: number): Promise<Buffer> => {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, from)
      return buffer.subarray(0, bytesRead)
    }
    if (file.sizeBytes < 12) throw unreadable(file, 'it is too short for a Parquet file: it is cut')
    const tail = await read(file.sizeBytes - 8, 8)
    const magic = tail.toString('latin1', 4)
    if (magic === 'PARE') throw unreadable(file, 'it is encrypted', undefined, 'Export it without Parquet encryption.')
    const length = tail.readUInt32LE(0)
    if (magic !== 'PAR1' || length + 12 > file.sizeBytes) {
      throw unreadable(file, 'its end is no Parquet footer: the file is cut')
    }
    if (length > FOOTER_BYTES_MAX) throw unreadable(file, `its footer of ${length} bytes is beyond belief`)
    return footerOf(file, readThrift(await read(file.sizeBytes - 8 - length, length), ROWS))
  } catch (error) {
    if (error instanceof ThriftError) throw unreadable(file, `its Parquet footer is damaged (${error.message})`, error)
    throw readError(file, error)
  }
}

// Field numbers of parquet.thrift: FileMetaData, SchemaElement, LogicalType.
const SCHEMA = 2
const ROWS = 3
const ELEMENT = { type: 1, repetition: 3, name: 4, children: 5, converted: 6, logical: 10 } as const
const REPEATED = 2
const PHYSICAL = ['BOOLEAN', 'INT32', 'INT64', 'INT96', 'FLOAT', 'DOUBLE', 'BYTE_ARRAY', 'FIXED_LEN_BYTE_ARRAY'] as const
const LOGICAL: Readonly<Record<number, string>> = {
  1: 'STRING',
  2: 'MAP',
  3: 'LIST',
  4: 'ENUM',
  5: 'DECIMAL',
  6: 'DATE',
  7: 'TIME',
  8: 'TIMESTAMP',
  10: 'INTEGER',
  11: 'UNKNOWN',
  12: 'JSON',
  13: 'BSON',
  14: 'UUID',
  15: 'FLOAT16',
}
const CONVERTED: Readonly<Record<number, string>> = {
  0: 'STRING',
  1: 'MAP',
  2: 'MAP',
  3: 'LIST',
  4: 'ENUM',
  5: 'DECIMAL',
  6: 'DATE',
  7: 'TIME',
  8: 'TIME',
  9: 'TIMESTAMP',
  10: 'TIMESTAMP',
  14: 'UINT_64',
  19: 'JSON',
  20: 'BSON',
  21: 'INTERVAL',
}

function footerOf(file: FoundFile, footer: ThriftStruct): ParquetFooter {
  const schema = footer.get(SCHEMA)
  const rows = footer.get(ROWS)
  if (!Array.isArray(schema) || typeof rows !== 'bigint') throw unreadable(file, 'its Parquet footer holds no schema')
  const columns: ParquetColumn[] = []
  for (let at = 1; at < schema.length; at = behind(schema, at)) columns.push(columnOf(schema[at] as ThriftStruct))
  const names = new Set(columns.map((column) => column.name.toLowerCase()))
  if (names.size < columns.length) {
    throw unreadable(file, 'two of its columns have one name', undefined, 'Rename one of them.')
  }
  return { columns, rows: Number(rows) }
}

/** The schema is a tree, written depth first. */
function behind(schema: readonly ThriftValue[], at: number): number {
  const children = Number((schema[at] as ThriftStruct).get(ELEMENT.children) ?? 0n)
  let next = at + 1
  for (let i = 0; i < children && next < schema.length; i++) next = behind(schema, next)
  return next
}

function columnOf(element: ThriftStruct): ParquetColumn {
  const name = String(element.get(ELEMENT.name) ?? '')
  const [logical, detail] = logicalOf(element)
  const physical = PHYSICAL[Number(element.get(ELEMENT.type) ?? -1n)]
  const nested = physical === undefined || Number(element.get(ELEMENT.repetition) ?? 0n) === REPEATED
  const instant = logical === 'TIMESTAMP' && detail?.get(1) === true
  const declared = logical === undefined ? (physical ?? 'group') : `${physical ?? 'group'} ${logical}`
  return { name, type: nested || instant ? 'text' : typeOf(physical, logical, detail), declared, nested, instant }
}

function logicalOf(element: ThriftStruct): [string | undefined, ThriftStruct | undefined] {
  const union = element.get(ELEMENT.logical)
  if (union instanceof Map) {
    const [number, detail] = [...union][0] ?? [0, undefined]
    return [LOGICAL[number], detail instanceof Map ? detail : undefined]
  }
  const converted = element.get(ELEMENT.converted)
  return [converted === undefined ? undefined : CONVERTED[Number(converted)], undefined]
}

function typeOf(physical: string | undefined, logical: string | undefined, detail: ThriftStruct | undefined): StagedType {
  if (physical === 'BOOLEAN') return 'boolean'
  if (physical === 'INT96') return 'timestamp'
  if (physical === 'FLOAT' || physical === 'DOUBLE') return 'double'
  if (physical !== 'INT32' && physical !== 'INT64') return 'text'
  if (logical === 'DATE') return 'date'
  if (logical === 'TIMESTAMP') return 'timestamp'
  if (logical === 'INTEGER') return detail?.get(1) === 64 && detail.get(2) === false ? 'text' : 'long'
  return logical === undefined || /^U?INT/.test(logical) ? (logical === 'UINT_64' ? 'text' : 'long') : 'text'
}
