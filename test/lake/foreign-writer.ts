import { writeFileSync } from 'node:fs'
import { deflateRawSync } from 'node:zlib'

/** An Avro schema as far as Iceberg's metadata needs it. */
export type Avro =
  | 'null' | 'boolean' | 'int' | 'long' | 'float' | 'double' | 'string' | 'bytes'
  | Avro[]
  | { type: 'record'; name: string; fields: { name: string; type: Avro; 'field-id': number; default?: null }[] }
  | { type: 'array'; items: Avro; 'element-id'?: number; logicalType?: 'map' }
  | { type: 'fixed'; name: string; size: number }
  | { type: 'int' | 'long'; logicalType: string; 'adjust-to-utc'?: boolean }

/** Zigzag and seven bits a byte (Avro 1.11 specification, binary encoding of int and long). */
function whole(value: number | bigint): Buffer {
  let rest = (BigInt(value) << 1n) ^ (BigInt(value) >> 63n)
  const bytes: number[] = []
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80)
  return Buffer.from([...bytes, Number(rest)])
}

const sized = (bytes: Uint8Array): Buffer => Buffer.concat([whole(bytes.length), bytes])

function float(value: number, size: 4 | 8): Buffer {
  const bytes = Buffer.alloc(size)
  if (size === 4) bytes.writeFloatLE(value)
  else bytes.writeDoubleLE(value)
  return bytes
}

function encode(schema: Avro, value: unknown): Buffer {
  if (Array.isArray(schema)) {
    const branch = schema.findIndex((type) => (type === 'null') === (value === null || value === undefined))
    return Buffer.concat([whole(branch), encode(schema[branch]!, value)])
  }
  const type = typeof schema === 'string' ? schema : schema.type
  if (type === 'null') return Buffer.alloc(0)
  if (type === 'boolean') return Buffer.from([value ? 1 : 0])
  if (type === 'int' || type === 'long') return whole(value as number | bigint)
  if (type === 'float' || type === 'double') return float(value as number, type === 'float' ? 4 : 8)
  if (type === 'string') return sized(Buffer.from(value as string))
  if (type === 'bytes') return sized(value as Buffer)
  if (typeof schema === 'string') throw new Error(schema)
  if (schema.type === 'fixed') return value as Buffer
  if (schema.type === 'record') {
    const record = value as Record<string, unknown>
    return Buffer.concat(schema.fields.map((field) => encode(field.type, record[field.name])))
  }
  const items = value as unknown[]
  const { items: each } = schema as { items: Avro }
  if (items.length === 0) return whole(0)
  return Buffer.concat([whole(items.length), ...items.map((item) => encode(each, item)), whole(0)])
}

/** An Avro object container file, one block, by hand: nothing of it comes from the code that is to read it. */
function avroFile(schema: Avro, records: readonly unknown[], meta: Record<string, string>, codec = 'deflate'): Buffer {
  const header = Object.entries({ 'avro.schema': JSON.stringify(schema), 'avro.codec': codec, ...meta })
  const pairs = header.flatMap(([key, value]) => [sized(Buffer.from(key)), sized(Buffer.from(value))])
  const sync = Buffer.from('0123456789abcdef')
  const data = Buffer.concat(records.map((record) => encode(schema, record)))
  const packed = codec === 'deflate' ? deflateRawSync(data) : data
  const head = [Buffer.from('Obj\x01'), whole(header.length), ...pairs, whole(0), sync]
  return Buffer.concat([...head, whole(records.length), sized(packed), sync])
}

const must = (id: number, name: string, type: Avro) => ({ name, type, 'field-id': id })
const may = (id: number, name: string, type: Avro) => ({ name, type: ['null', type] as Avro, default: null, 'field-id': id })

const BOUNDS = (id: number, name: string, key: number, value: number) =>
  may(id, name, {
    type: 'array',
    logicalType: 'map',
    items: { type: 'record', name: `k${key}_v${value}`, fields: [must(key, 'key', 'int'), must(value, 'value', 'bytes')] },
  })

export interface ForeignFile {
  status?: 0 | 1 | 2
  content?: number
  path: string
  format?: string
  partition?: Record<string, unknown>
  rows: number
  sizeBytes: number
  sequence?: number | null
  references?: string
  keyMetadata?: Buffer
}

export interface ForeignManifest {
  version: 1 | 2
  snapshotId: number | bigint
  sequence: number
  specId: number
  /** Avro types of the partition's fields, in the order of the spec. */
  partition: [name: string, type: Avro][]
  content?: 0 | 1
  files: ForeignFile[]
  codec?: string
  keyMetadata?: Buffer
}

/** Writes a manifest as Java's writers do, version 1 without any of what came with 2, and returns its line of a list. */
export function writeForeignManifest(path: string, spelled: string, manifest: ForeignManifest): Record<string, unknown> {
  const { version, snapshotId, sequence, specId, files } = manifest
  const second = version === 2
  const partition: Avro = {
    type: 'record',
    name: 'r102',
    fields: manifest.partition.map(([name, type], index) => may(1000 + index, name, type)),
  }
  const file: Avro = {
    type: 'record',
    name: 'r2',
    fields: [
      ...(second ? [must(134, 'content', 'int')] : []),
      must(100, 'file_path', 'string'),
      must(101, 'file_format', 'string'),
      must(102, 'partition', partition),
      must(103, 'record_count', 'long'),
      must(104, 'file_size_in_bytes', 'long'),
      ...(second ? [] : [must(105, 'block_size_in_bytes', 'long')]),
      BOUNDS(125, 'lower_bounds', 126, 127),
      BOUNDS(128, 'upper_bounds', 129, 130),
      may(131, 'key_metadata', 'bytes'),
      ...(second ? [may(143, 'referenced_data_file', 'string')] : []),
    ],
  }
  const entry: Avro = {
    type: 'record',
    name: 'manifest_entry',
    fields: [
      must(0, 'status', 'int'),
      second ? may(1, 'snapshot_id', 'long') : must(1, 'snapshot_id', 'long'),
      ...(second ? [may(3, 'sequence_number', 'long'), may(4, 'file_sequence_number', 'long')] : []),
      must(2, 'data_file', file),
    ],
  }
  const entries = files.map((one) => ({
    status: one.status ?? 1,
    snapshot_id: snapshotId,
    sequence_number: one.sequence ?? null,
    file_sequence_number: one.sequence ?? null,
    data_file: {
      content: one.content ?? 0,
      file_path: one.path,
      file_format: one.format ?? 'PARQUET',
      partition: one.partition ?? {},
      record_count: one.rows,
      file_size_in_bytes: one.sizeBytes,
      block_size_in_bytes: 67_108_864,
      key_metadata: one.keyMetadata,
      referenced_data_file: one.references,
    },
  }))
  const bytes = avroFile(entry, entries, { 'partition-spec-id': String(specId), 'format-version': String(version) }, manifest.codec)
  writeFileSync(path, bytes)
  return {
    manifest_path: spelled,
    manifest_length: bytes.length,
    partition_spec_id: specId,
    content: manifest.content ?? 0,
    sequence_number: sequence,
    min_sequence_number: sequence,
    added_snapshot_id: snapshotId,
    added_data_files_count: files.length,
    added_files_count: files.length,
    existing_files_count: 0,
    deleted_files_count: 0,
    added_rows_count: files.reduce((sum, one) => sum + one.rows, 0),
    existing_rows_count: 0,
    deleted_rows_count: 0,
    key_metadata: manifest.keyMetadata,
  }
}

/** Writes a manifest list; that of version 1 lacks kinds and numbers, and knows counts by longer names. */
export function writeForeignList(path: string, version: 1 | 2, manifests: Record<string, unknown>[]): void {
  const first = [
    must(500, 'manifest_path', 'string'),
    must(501, 'manifest_length', 'long'),
    must(502, 'partition_spec_id', 'int'),
    may(503, 'added_snapshot_id', 'long'),
    may(504, 'added_data_files_count', 'int'),
  ]
  const second = [
    ...first.slice(0, 3),
    must(517, 'content', 'int'),
    must(515, 'sequence_number', 'long'),
    must(516, 'min_sequence_number', 'long'),
    must(503, 'added_snapshot_id', 'long'),
    must(504, 'added_files_count', 'int'),
    must(505, 'existing_files_count', 'int'),
    must(506, 'deleted_files_count', 'int'),
    must(512, 'added_rows_count', 'long'),
    must(513, 'existing_rows_count', 'long'),
    must(514, 'deleted_rows_count', 'long'),
    may(519, 'key_metadata', 'bytes'),
  ]
  const schema: Avro = { type: 'record', name: 'manifest_file', fields: version === 1 ? first : second }
  writeFileSync(path, avroFile(schema, manifests, { 'format-version': String(version) }))
}
