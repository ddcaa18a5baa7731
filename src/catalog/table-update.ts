import type { Integer } from '../lake/format/exact-json.ts'
import type { Reference, Snapshot } from '../lake/format/metadata.ts'

/** A schema as others send it; its types may be ones that Blotter does not read itself. */
export interface SchemaText {
  type: 'struct'
  'schema-id'?: number | undefined
  'identifier-field-ids'?: number[] | undefined
  fields: FieldText[]
}

export interface FieldText {
  id: number
  name: string
  required: boolean
  type: TypeText
  doc?: string | undefined
}

export type TypeText =
  | string
  | { type: 'struct'; fields: FieldText[] }
  | { type: 'list'; 'element-id': number; 'element-required': boolean; element: TypeText }
  | { type: 'map'; 'key-id': number; key: TypeText; 'value-id': number; 'value-required': boolean; value: TypeText }

export interface SpecText {
  'spec-id'?: number | undefined
  fields: { 'source-id': number; 'field-id'?: number | undefined; name: string; transform: string }[]
}

export interface OrderText {
  'order-id'?: number | undefined
  fields: SortField[]
}

export interface SortField {
  transform: string
  'source-id': number
  direction: 'asc' | 'desc'
  'null-order': 'nulls-first' | 'nulls-last'
}

/** What is known of a file of statistics; carried on as it is. */
export interface StatisticsText {
  'snapshot-id': Integer
  'statistics-path': string
  [other: string]: unknown
}

/** A change of a table's metadata (Iceberg REST catalog, TableUpdate). */
export type TableUpdate =
  | { action: 'assign-uuid'; uuid: string }
  | { action: 'upgrade-format-version'; 'format-version': number }
  | { action: 'add-schema'; schema: SchemaText }
  | { action: 'set-current-schema'; 'schema-id': number }
  | { action: 'remove-schemas'; 'schema-ids': number[] }
  | { action: 'add-spec'; spec: SpecText }
  | { action: 'set-default-spec'; 'spec-id': number }
  | { action: 'remove-partition-specs'; 'spec-ids': number[] }
  | { action: 'add-sort-order'; 'sort-order': OrderText }
  | { action: 'set-default-sort-order'; 'sort-order-id': number }
  | { action: 'add-snapshot'; snapshot: Snapshot }
  | ({ action: 'set-snapshot-ref'; 'ref-name': string } & Reference)
  | { action: 'remove-snapshot-ref'; 'ref-name': string }
  | { action: 'remove-snapshots'; 'snapshot-ids': Integer[] }
  | { action: 'set-location'; location: string }
  | { action: 'set-properties'; updates: Record<string, string> }
  | { action: 'remove-properties'; removals: string[] }
  | { action: 'set-statistics'; statistics: StatisticsText }
  | { action: 'remove-statistics'; 'snapshot-id': Integer }
  | { action: 'set-partition-statistics'; 'partition-statistics': StatisticsText }
  | { action: 'remove-partition-statistics'; 'snapshot-id': Integer }

/** What a commit takes for granted (Iceberg REST catalog, TableRequirement). */
export type TableRequirement =
  | { type: 'assert-create' }
  | { type: 'assert-table-uuid'; uuid: string }
  | { type: 'assert-ref-snapshot-id'; ref: string; 'snapshot-id'?: Integer | null | undefined }
  | { type: 'assert-last-assigned-field-id'; 'last-assigned-field-id': number }
  | { type: 'assert-current-schema-id'; 'current-schema-id': number }
  | { type: 'assert-last-assigned-partition-id'; 'last-assigned-partition-id': number }
  | { type: 'assert-default-spec-id'; 'default-spec-id': number }
  | { type: 'assert-default-sort-order-id'; 'default-sort-order-id': number }

/** What somebody asks of one table: all of it or nothing. */
export interface TableChange {
  /** `raw.crimes` */
  table: string
  requirements: readonly TableRequirement[]
  updates: readonly TableUpdate[]
}
