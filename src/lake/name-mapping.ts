import type { Schema } from '../model/schema.ts'
import type { TableMetadata } from './metadata.ts'
import { parquetColumns } from './parquet-schema.ts'
import type { Storage } from './storage.ts'

/** Names under which a column may be found in a file without field ids, by field id. */
type NameMapping = ReadonlyMap<number, readonly string[]>

/**
 * The table's name mapping (Iceberg specification, Column Projection), undefined where it has none: engines set it when
 * they take in files that others wrote, whose columns have no field ids.
 */
export function nameMapping(metadata: TableMetadata): NameMapping | undefined {
  const text = metadata.properties['schema.name-mapping.default']
  if (text === undefined) return undefined
  const mapped = JSON.parse(text) as { 'field-id'?: number; names: string[] }[]
  return new Map(mapped.flatMap((entry) => (entry['field-id'] === undefined ? [] : [[entry['field-id'], entry.names]])))
}

interface Named {
  file: { file_path: string }
  byName?: ReadonlyMap<string, string>
}

const FILES_AT_ONCE = 16

/** Looks into each file's footer: manifests do not say which files lack field ids, and read by id they would show NULLs. */
export async function markFilesWithoutIds<F extends Named>(
  storage: Storage,
  schema: Schema,
  files: readonly F[],
  mapping: NameMapping,
): Promise<F[]> {
  const marked: F[] = []
  for (let start = 0; start < files.length; start += FILES_AT_ONCE) {
    const some = files.slice(start, start + FILES_AT_ONCE)
    marked.push(...(await Promise.all(some.map((file) => markIfWithoutIds(storage, schema, file, mapping)))))
  }
  return marked
}

async function markIfWithoutIds<F extends Named>(
  storage: Storage,
  schema: Schema,
  file: F,
  mapping: NameMapping,
): Promise<F> {
  const columns = await parquetColumns(storage, file.file.file_path)
  if (columns.some((column) => column.fieldId !== undefined)) return file
  const present = new Set(columns.map((column) => column.name))
  const byName = new Map<string, string>()
  for (const field of schema.fields) {
    const found = (mapping.get(field.id) ?? [field.name]).find((name) => present.has(name))
    if (found !== undefined) byName.set(field.name, found)
  }
  return { ...file, byName }
}
