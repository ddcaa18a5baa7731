import { lakeDamaged, type Storage } from '../storage.ts'
import { FormatError } from './format-error.ts'

/** A top-level column of a Parquet file. */
export interface ParquetColumn {
  name: string
  fieldId: number | undefined
}

const TAIL_BYTES = 64 * 1024
const MAGIC = 'PAR1'

/** Reads the top-level columns from a Parquet file's footer (Parquet format, FileMetaData, in Thrift's compact protocol). */
export async function parquetColumns(storage: Storage, location: string): Promise<ParquetColumn[]> {
  let tail = await storage.readTail(location, TAIL_BYTES)
  if (tail.length < 12 || tail.toString('latin1', tail.length - 4) !== MAGIC)
    throw lakeDamaged(location, 'is not a Parquet file')
  const footerBytes = tail.readUInt32LE(tail.length - 8) + 8
  if (footerBytes > tail.length) tail = await storage.readTail(location, footerBytes)
  try {
    return topLevel(schemaElements(tail.subarray(tail.length - footerBytes, tail.length - 8)))
  } catch (error) {
    throw lakeDamaged(location, `has a footer that cannot be read (${(error as Error).message})`, error)
  }
}

interface SchemaElement {
  name: string
  children: number
  fieldId: number | undefined
}

/** Elements come depth first, the root before all. */
function topLevel(elements: readonly SchemaElement[]): ParquetColumn[] {
  const columns: ParquetColumn[] = []
  let at = 0
  const take = (): SchemaElement => {
    const element = elements[at++]
    if (!element) throw new FormatError('its schema is cut off')
    return element
  }
  const skipChildren = (element: SchemaElement): void => {
    for (let child = 0; child < element.children; child++) skipChildren(take())
  }
  const root = take()
  for (let column = 0; column < root.children; column++) {
    const element = take()
    columns.push({ name: element.name, fieldId: element.fieldId })
    skipChildren(element)
  }
  return columns
}

// Types of Thrift's compact protocol.
const STOP = 0
const TRUE = 1
const FALSE = 2
const BYTE = 3
const DOUBLE = 7
const BINARY = 8
const LIST = 9
const SET = 10
const STRUCT = 12

function schemaElements(footer: Buffer): SchemaElement[] {
  const reader = compactReader(footer)
  const elements: SchemaElement[] = []
  reader.struct((id, type) => {
    if (id !== 2) return reader.skip(type)
    reader.list(() => {
      const element: SchemaElement = { name: '', children: 0, fieldId: undefined }
      reader.struct((inner, innerType) => {
        if (inner === 4) element.name = reader.bytes().toString()
        else if (inner === 5) element.children = reader.integer()
        else if (inner === 9) element.fieldId = reader.integer()
        else reader.skip(innerType)
      })
      elements.push(element)
    })
  })
  return elements
}

interface CompactReader {
  integer(): number
  bytes(): Buffer
  list(each: (type: number) => void): void
  struct(each: (id: number, type: number) => void): void
  skip(type: number): void
}

function compactReader(buffer: Buffer): CompactReader {
  let at = 0
  const byte = (): number => {
    if (at >= buffer.length) throw new FormatError('cut off')
    return buffer[at++]!
  }
  const unsigned = (): bigint => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const next = byte()
      value |= BigInt(next & 0x7f) << shift
      if (next < 0x80) return value
    }
  }
  const reader: CompactReader = {
    integer() {
      const zigzag = unsigned()
      return Number(zigzag % 2n === 0n ? zigzag / 2n : -(zigzag + 1n) / 2n)
    },
    bytes() {
      const length = Number(unsigned())
      at += length
      if (at > buffer.length) throw new FormatError('cut off')
      return buffer.subarray(at - length, at)
    },
    list(each) {
      const head = byte()
      const size = head >> 4 === 15 ? Number(unsigned()) : head >> 4
      for (let n = 0; n < size; n++) each(head & 15)
    },
    struct(each) {
      for (let id = 0; ;) {
        const head = byte()
        if (head === STOP) return
        id = head >> 4 === 0 ? reader.integer() : id + (head >> 4)
        each(id, head & 15)
      }
    },
    skip(type) {
      if (type === TRUE || type === FALSE) return
      if (type === BYTE) byte()
      else if (type > BYTE && type < DOUBLE)
        unsigned() // 16, 32 and 64 bits
      else if (type === DOUBLE) at += 8
      else if (type === BINARY) reader.bytes()
      // Booleans in a list take a byte each, unlike those in a struct, whose value is their type.
      else if (type === LIST || type === SET) reader.list((inner) => (inner <= FALSE ? void byte() : reader.skip(inner)))
      else if (type === STRUCT) reader.struct((_id, inner) => reader.skip(inner))
      else throw new FormatError(`it holds the unknown type ${type}`)
    },
  }
  return reader
}
