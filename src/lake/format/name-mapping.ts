import type { Field, Schema } from '../../model/schema.ts'
import { identifier, literal } from '../../model/sql-text.ts'
import type { DataFile } from './data-file.ts'
import { specOf, type TableMetadata } from './metadata.ts'
import { parquetColumns } from './parquet-schema.ts'
import type { PartitionValue } from './partition.ts'
import { lakeDamaged, type Storage, unsupportedFile } from '../storage.ts'

/** Names under which a column may be found in a file without field ids, by field id. */
type NameMapping = ReadonlyMap<number, readonly string[]>

/**
 * The table's name mapping (Iceberg specification, Column Projection), undefined where it has none: engines set it when
 * they take in files that others wrote, whose columns have no field ids.
 */
export function nameMapping(metadata: TableMetadata): NameMapping | undefined {
  const text = metadata.properties['schema.name-mapping.default']
  if (text === undefined) return undefined
  try {
    const mapped = JSON.parse(text) as { 'field-id'?: number; names: string[] }[]
    return new Map(mapped.flatMap((entry) => (entry['field-id'] === undefined ? [] : [[entry['field-id'], entry.names]])))
  } catch (error) {
    throw lakeDamaged(metadata.location, 'has a name mapping that is none', error)
  }
}

interface Named {
  file: Pick<DataFile, 'file_path' | 'spec_id' | 'partition'>
  byName?: ReadonlyMap<string, string>
}

const FILES_AT_ONCE = 16

/** Looks into each file's footer: manifests do not say which files lack field ids, and read by id they would show NULLs. */
export async function markFilesWithoutIds<F extends Named>(
  storage: Storage,
  metadata: TableMetadata,
  schema: Schema,
  files: readonly F[],
  mapping: NameMapping,
): Promise<F[]> {
  const marked: F[] = []
  for (let start = 0; start < files.length; start += FILES_AT_ONCE) {
    const some = files.slice(start, start + FILES_AT_ONCE)
    marked.push(...(await Promise.all(some.map((file) => markIfWithoutIds(storage, metadata, schema, file, mapping)))))
  }
  return marked
}

async function markIfWithoutIds<F extends Named>(
  storage: Storage,
  metadata: TableMetadata,
  schema: Schema,
  file: F,
  mapping: NameMapping,
): Promise<F> {
  const columns = await parquetColumns(storage, file.file.file_path)
  if (columns.some((column) => column.fieldId !== undefined)) return file
  const present = new Set(columns.map((column) => column.name))
  const byName = new Map<string, string>()
  for (const field of schema.fields) {
    const found = mapping.get(field.id)?.find((name) => present.has(name))
    const value = found === undefined ? partitionSql(metadata, field, file.file) : `d.${identifier(found)}`
    if (value !== undefined) byName.set(field.name, value)
  }
  return { ...file, byName }
}

/** A file that was taken in from Hive lacks the columns it is partitioned by: their value is in its partition. */
function partitionSql(metadata: TableMetadata, field: Field, file: Named['file']): string | undefined {
  const { fields } = specOf(metadata, file.spec_id)
  const place = fields.findIndex((one) => one['source-id'] === field.id && one.transform === 'identity')
  const value = Object.values(file.partition)[place]
  if (value === undefined || value === null) return undefined
  // Decimals, UUIDs and binary values stand in a partition as bytes.
  if (Buffer.isBuffer(value) || field.type === 'time')
    throw unsupportedFile(file.file_path, `has its ${field.name} in its partition alone`)
  return valueSql(field, value)
}

function valueSql({ type }: Field, value: Exclude<PartitionValue, null | Buffer>): string {
  if (type === 'date') return `(DATE '1970-01-01' + ${String(value)})`
  if (type === 'timestamp' || type === 'timestamptz') return `make_${type}(${String(value)}::BIGINT)`
  return typeof value === 'string' ? literal(value) : String(value)
}
