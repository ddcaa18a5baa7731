import type { Table, TableInput } from '@aws-sdk/client-glue'
import type { CatalogEntry, CatalogSwap } from '../catalog.ts'

/** What Iceberg's own GlueCatalog writes, so that Spark, Athena and Trino find the tables. */
const METADATA = 'metadata_location'
const PREVIOUS = 'previous_metadata_location'

export function isIceberg(table: Table | undefined): boolean {
  return table?.Parameters?.['table_type']?.toUpperCase() === 'ICEBERG' && table.Parameters[METADATA] !== undefined
}

/** Where a table's metadata lie; null where there is no such table. */
export function metadataOf(table: Table | undefined): string | null {
  return table?.Parameters?.[METADATA] ?? null
}

/** Where they lay before; null where nobody knows. */
export function previousOf(table: Table): string | null {
  return table.Parameters?.[PREVIOUS] ?? null
}

export function entryOf(namespace: string, table: Table): CatalogEntry {
  return { table: `${namespace}.${table.Name ?? ''}`, metadataLocation: metadataOf(table) ?? '' }
}

/** A table as it was but for where its metadata lie; columns and owner of whoever wrote it last stay. */
export function inputOf(Name: string, found: Table | undefined, { from, to }: Pick<CatalogSwap, 'from' | 'to'>): TableInput {
  const { Description, Owner, Parameters, StorageDescriptor, TableType, PartitionKeys } = found ?? {}
  return {
    Name,
    Description,
    Owner,
    PartitionKeys,
    TableType: TableType ?? 'EXTERNAL_TABLE',
    StorageDescriptor: StorageDescriptor ?? { Location: to.replace(/\/metadata\/[^/]*$/, ''), Columns: [] },
    Parameters: { ...Parameters, table_type: 'ICEBERG', [METADATA]: to, ...(from === null ? {} : { [PREVIOUS]: from }) },
  }
}
