import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type Avro, type ForeignFile, type ForeignManifest, writeForeignList, writeForeignManifest } from './foreign-writer.ts'

export const ID = 8_744_736_658_442_914_487n
export const DATE: Avro = { type: 'int', logicalType: 'date' }

/** Fields of a schema, as metadata has them: id, name, type. */
export type Fields = [id: number, name: string, type: unknown][]

export interface Wish {
  fields?: Fields
  /** Schemas that the table had before. */
  older?: Fields[]
  specs?: { 'source-id': number; name: string; transform: string }[][]
  manifests: (Partial<ForeignManifest> & { files: ForeignFile[] })[]
  listVersion?: 1 | 2
  spelling?: (path: string) => string
  gzip?: boolean
  /** Laid over the metadata; undefined takes a field away. */
  metadata?: Record<string, unknown>
  snapshot?: Record<string, unknown>
}

/** Writes a table's metadata, one snapshot of it and its manifests into an empty folder; returns where it is. */
export function writeForeignTable(at: string, wish: Wish): string {
  mkdirSync(at)
  const spelling = wish.spelling ?? ((path) => path)
  const lines = wish.manifests.map((manifest, index) => {
    const path = join(at, `m${index}.avro`)
    const files = manifest.files.map((file) => ({ ...file, path: spelling(file.path) }))
    const whole: ForeignManifest = { version: 2, snapshotId: ID, sequence: 1, specId: 0, partition: [], ...manifest, files }
    return writeForeignManifest(path, spelling(path), whole)
  })
  const list = join(at, 'snap.avro')
  writeForeignList(list, wish.listVersion ?? 2, lines)
  const json = exactJson(metadataOf(spelling(at), spelling(list), wish))
  const file = join(at, `00001-x${wish.gzip ? '.gz' : ''}.metadata.json`)
  writeFileSync(file, wish.gzip ? gzipSync(json) : json)
  return spelling(file)
}

function metadataOf(location: string, list: string, wish: Wish): Record<string, unknown> {
  const schemas = [...(wish.older ?? []), wish.fields ?? ([[1, 'id', 'long'], [2, 'block', 'string']] as Fields)]
  return {
    'format-version': 2,
    'table-uuid': '9c12d441-03fe-4693-9a96-a0705ddf69c1',
    location,
    'last-sequence-number': 34,
    'last-updated-ms': 1_602_638_573_590,
    'last-column-id': 9,
    'current-schema-id': schemas.length - 1,
    schemas: schemas.map((fields, id) => ({
      type: 'struct',
      'schema-id': id,
      fields: fields.map(([fieldId, name, type]) => ({ id: fieldId, name, required: fieldId === 1 && id === 0, type })),
    })),
    'default-spec-id': 0,
    'partition-specs': (wish.specs ?? [[]]).map((fields, id) => ({
      'spec-id': id,
      fields: fields.map((field, index) => ({ 'field-id': 1000 + index, ...field })),
    })),
    'last-partition-id': 1000,
    'default-sort-order-id': 3,
    'sort-orders': [{ 'order-id': 3, fields: [{ transform: 'bucket[4]', 'source-id': 1, direction: 'desc', 'null-order': 'nulls-last' }] }],
    'current-snapshot-id': ID,
    refs: {
      main: { 'snapshot-id': ID, type: 'branch', 'max-snapshot-age-ms': 5 },
      audit: { 'snapshot-id': ID, type: 'branch' },
    },
    snapshots: [
      {
        'snapshot-id': ID,
        'sequence-number': 1,
        'timestamp-ms': 1,
        'manifest-list': list,
        summary: { operation: 'append' },
        ...wish.snapshot,
      },
    ],
    statistics: [{ 'snapshot-id': ID, 'statistics-path': 's3://b/stats.puffin', 'file-size-in-bytes': 1, 'blob-metadata': [] }],
    ...wish.metadata,
  }
}

/** JSON of a value in which a bigint is a number. */
function exactJson(value: unknown): string {
  const text = JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? `<${inner}>` : inner))
  return text.replace(/"<(\d+)>"/g, '$1')
}
