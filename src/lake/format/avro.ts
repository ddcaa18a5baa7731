import avro from 'avsc'
import { randomBytes } from 'node:crypto'
import { deflateRawSync, inflateRawSync, zstdDecompressSync } from 'node:zlib'
import { exactInteger, type Integer } from './exact-json.ts'
import { FormatError, UnknownFormError } from './format-error.ts'

/** An Avro schema as JSON; `field-id`, `element-id` and `logicalType` stay in the file's header as they are given here. */
export type AvroSchema = string | AvroSchema[] | { [property: string]: unknown }

const long = avro.types.LongType.__with({
  fromBuffer: (bytes: Buffer) => exactInteger(bytes.readBigInt64LE()),
  toBuffer: (value: Integer) => {
    const bytes = Buffer.alloc(8)
    bytes.writeBigInt64LE(BigInt(value))
    return bytes
  },
  fromJSON: Number,
  toJSON: Number,
  isValid: (value: unknown) => typeof value === 'bigint' || Number.isSafeInteger(value),
  compare: (a: Integer, b: Integer) => (a < b ? -1 : a > b ? 1 : 0),
})

const MAGIC = Buffer.from('Obj\x01')
const HEADER = compile({
  type: 'record',
  name: 'header',
  fields: [
    { name: 'magic', type: { type: 'fixed', name: 'magic', size: 4 } },
    { name: 'meta', type: { type: 'map', values: 'bytes' } },
    { name: 'sync', type: { type: 'fixed', name: 'sync', size: 16 } },
  ],
})
const BLOCK = compile({
  type: 'record',
  name: 'block',
  fields: [
    { name: 'count', type: 'long' },
    { name: 'data', type: 'bytes' },
    { name: 'sync', type: { type: 'fixed', name: 'sync', size: 16 } },
  ],
})
const DECOMPRESS: Record<string, (bytes: Buffer) => Buffer> = {
  null: (bytes) => bytes,
  deflate: inflateRawSync,
  zstandard: zstdDecompressSync,
}

/** Types are compiled to code, which takes longer than reading a small file; a lake knows only a handful of schemas. */
const compiled = new Map<string, avro.Type>()
const MAX_COMPILED = 100

function typeFor(schemaText: string): avro.Type {
  const known = compiled.get(schemaText)
  if (known) return known
  if (compiled.size >= MAX_COMPILED) compiled.clear()
  const type = compile(JSON.parse(schemaText) as AvroSchema)
  compiled.set(schemaText, type)
  return type
}

function compile(schema: AvroSchema): avro.Type {
  // A registry replaces `long` only where it stands alone, so a long with a logical type is spelled without it here.
  return avro.Type.forSchema(plainLongs(schema) as avro.Schema, { registry: { long }, wrapUnions: 'never' })
}

function plainLongs(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(plainLongs)
  if (typeof schema !== 'object' || schema === null) return schema
  const properties = schema as Record<string, unknown>
  if (properties['type'] === 'long' && properties['name'] === undefined) return 'long'
  return Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [name, name === 'default' ? value : plainLongs(value)]),
  )
}

/** An Avro object container file (Avro 1.11 specification), deflated, in one block. `meta` goes into its header. */
export function encodeAvro(schema: AvroSchema, records: readonly unknown[], meta: Readonly<Record<string, string>>): Buffer {
  const schemaText = JSON.stringify(schema)
  const type = typeFor(schemaText)
  const sync = randomBytes(16)
  const all = { 'avro.schema': schemaText, 'avro.codec': 'deflate', ...meta }
  const head = HEADER.toBuffer({
    magic: MAGIC,
    meta: Object.fromEntries(Object.entries(all).map(([key, value]) => [key, Buffer.from(value)])),
    sync,
  })
  if (records.length === 0) return head
  const data = deflateRawSync(Buffer.concat(records.map((record) => type.toBuffer(record))))
  return Buffer.concat([head, BLOCK.toBuffer({ count: records.length, data, sync })])
}

/** An Avro file as a whole: `encodeAvro` of it gives the same records under the same header. */
export interface AvroFile {
  schema: AvroSchema
  records: unknown[]
  meta: Record<string, string>
}

/** The records of an Avro object container file, longs exact. Throws `FormatError` when it is none or is cut off. */
export function decodeAvro(bytes: Buffer): unknown[] {
  return decodeAvroFile(bytes).records
}

/** The same with the file's schema and what else its header holds. */
export function decodeAvroFile(bytes: Buffer): AvroFile {
  const { value: head, offset: body } = step(HEADER, bytes, 0)
  const { magic, meta, sync } = head as { magic: Buffer; meta: Record<string, Buffer>; sync: Buffer }
  if (!MAGIC.equals(magic)) throw new FormatError('not an Avro file')
  const type = typeFor(meta['avro.schema']!.toString())
  const codec = meta['avro.codec']?.toString() ?? 'null'
  const decompress = DECOMPRESS[codec]
  if (!decompress) throw new UnknownFormError(`compressed with Avro's codec "${codec}"`)
  const records: unknown[] = []
  for (let at = body; at < bytes.length;) {
    const block = step(BLOCK, bytes, at)
    const { count, data, sync: mark } = block.value as { count: number; data: Buffer; sync: Buffer }
    if (!sync.equals(mark)) throw new FormatError(`sync marker missing at byte ${block.offset - 16}`)
    const plain = decompress(data)
    for (let n = 0, from = 0; n < count; n++) {
      const record = step(type, plain, from)
      records.push(record.value)
      from = record.offset
    }
    at = block.offset
  }
  const { 'avro.schema': schema, 'avro.codec': _, ...others } = meta
  const texts = Object.entries(others).map(([name, value]) => [name, value.toString()] as const)
  return { schema: JSON.parse(schema!.toString()) as AvroSchema, records, meta: Object.fromEntries(texts) }
}

/** avsc marks a value that the bytes do not hold to the end with a negative offset. */
function step(type: avro.Type, bytes: Buffer, from: number): { value: unknown; offset: number } {
  const { value, offset } = type.decode(bytes, from)
  if (offset < 0) throw new FormatError('cut off')
  return { value, offset }
}
