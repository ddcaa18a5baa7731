import { BlotterError } from '../../errors.ts'
import { type BatchAt, dayOrdinal } from '../../model/batch-at.ts'
import type { Schema } from '../../model/schema.ts'
import type { AvroSchema } from './avro.ts'
import { formatJson } from './exact-json.ts'

export interface PartitionField {
  'source-id': number
  'field-id': number
  name: string
  transform: string
}

/** How a table is partitioned (Iceberg specification, Partitioning). */
export interface PartitionSpec {
  'spec-id': number
  fields: PartitionField[]
}

export type PartitionValue = null | boolean | number | bigint | string | Buffer
export type Partition = Record<string, PartitionValue>

/** Types of partition values that Blotter can carry in manifests it writes. */
export type PartitionType = 'boolean' | 'int' | 'long' | 'string' | 'date' | 'timestamp' | 'timestamptz'

const AVRO_TYPE: Readonly<Record<PartitionType, AvroSchema>> = {
  boolean: 'boolean',
  int: 'int',
  long: 'long',
  string: 'string',
  date: { type: 'int', logicalType: 'date' },
  timestamp: { type: 'long', logicalType: 'timestamp-micros', 'adjust-to-utc': false },
  timestamptz: { type: 'long', logicalType: 'timestamp-micros', 'adjust-to-utc': true },
}

/** The type of a partition field's values; throws `unsupported` for a transform or type that nobody here writes. */
function partitionType(field: PartitionField, schemas: readonly Schema[]): PartitionType {
  if (field.transform === 'day') return 'date'
  if (/^(year|month|hour|bucket\[\d+\])$/.test(field.transform)) return 'int'
  const source = schemas.flatMap((schema) => schema.fields).find((column) => column.id === field['source-id'])?.type
  if (/^(identity|void|truncate\[\d+\])$/.test(field.transform) && typeof source === 'string' && source in AVRO_TYPE) {
    return source as PartitionType
  }
  throw new BlotterError('unsupported', `The partition field "${field.name}" (${field.transform}) cannot be written.`, {
    todo: 'Rewrite the table with the engine that made it, partitioned by day, or leave it to that engine.',
    context: { field: field.name, transform: field.transform },
  })
}

/** The Avro record `r102` of a spec's partition values. */
export function partitionSchema(spec: PartitionSpec, schemas: readonly Schema[]): AvroSchema {
  const fields = spec.fields.map((field) => ({
    name: field.name,
    type: ['null', AVRO_TYPE[partitionType(field, schemas)]],
    default: null,
    'field-id': field['field-id'],
  }))
  return { type: 'record', name: 'r102', fields }
}

/** The partition of a batch's files. */
export function batchPartition(spec: PartitionSpec, batchAt: BatchAt): Partition {
  const other = spec.fields.find((field) => field.transform !== 'day')
  if (other) {
    throw new BlotterError(
      'unsupported',
      `The table is partitioned by ${other.transform}(${other.name}): Blotter writes day(batch_at).`,
      {
        todo: 'Set the partitioning back to day(batch_at), or leave this table to the engine that changed it.',
        context: { field: other.name, transform: other.transform },
      },
    )
  }
  return Object.fromEntries(spec.fields.map((field) => [field.name, dayOrdinal(batchAt)]))
}

/**
 * Equal for two files of the same partition: a delete file hides rows of its own partition and spec only. Values count by
 * their place in the spec, since writers spell the names of fields in different ways where Avro does not allow them.
 */
export function partitionKey(file: { spec_id: number; partition: Partition }): string {
  return formatJson([file.spec_id, Object.values(file.partition)])
}

/** A partition value in Iceberg's single-value serialization (Appendix D). */
function partitionBytes(type: PartitionType, value: Exclude<PartitionValue, null>): Buffer {
  if (type === 'string') return Buffer.from(value as string)
  if (type === 'boolean') return Buffer.from([value ? 1 : 0])
  const bytes = Buffer.alloc(type === 'int' || type === 'date' ? 4 : 8)
  if (bytes.length === 4) bytes.writeInt32LE(Number(value))
  else bytes.writeBigInt64LE(BigInt(value as number | bigint))
  return bytes
}

/** What a manifest list says of one partition field of a manifest's files. */
export interface FieldSummary {
  contains_null: boolean
  contains_nan: boolean | null
  lower_bound: Buffer | null
  upper_bound: Buffer | null
}

export function summarizePartitions(
  spec: PartitionSpec,
  schemas: readonly Schema[],
  partitions: readonly Partition[],
): FieldSummary[] {
  return spec.fields.map((field) => {
    const type = partitionType(field, schemas)
    const values = partitions.map((partition) => partition[field.name] ?? null)
    const set = values.filter((value) => value !== null).sort(comparePartitionValues)
    return {
      contains_null: set.length < values.length,
      contains_nan: false,
      lower_bound: set.length > 0 ? partitionBytes(type, set[0]!) : null,
      upper_bound: set.length > 0 ? partitionBytes(type, set.at(-1)!) : null,
    }
  })
}

/** Texts by their UTF-8 bytes, as Iceberg compares them; JavaScript's own order differs beyond U+FFFF. */
function comparePartitionValues(a: Exclude<PartitionValue, null>, b: Exclude<PartitionValue, null>): number {
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b))
  return a < b ? -1 : a > b ? 1 : 0
}
