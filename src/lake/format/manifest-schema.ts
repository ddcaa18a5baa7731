import type { AvroSchema } from './avro.ts'

const required = (id: number, name: string, type: AvroSchema): AvroSchema => ({ name, type, 'field-id': id })

const optional = (id: number, name: string, type: AvroSchema): AvroSchema => ({
  name,
  type: ['null', type],
  default: null,
  'field-id': id,
})

const list = (id: number, name: string, elementId: number, items: AvroSchema): AvroSchema =>
  optional(id, name, { type: 'array', items, 'element-id': elementId })

/** Avro maps have text keys, so Iceberg writes a map by column id as an array of records. */
const byColumn = (id: number, name: string, keyId: number, valueId: number, value: AvroSchema): AvroSchema =>
  optional(id, name, {
    type: 'array',
    logicalType: 'map',
    items: {
      type: 'record',
      name: `k${keyId}_v${valueId}`,
      fields: [required(keyId, 'key', 'int'), required(valueId, 'value', value)],
    },
  })

/** One file in a manifest (Iceberg specification v2, `manifest_entry`); `partition` is the record `r102` of the spec. */
export function manifestEntrySchema(partition: AvroSchema): AvroSchema {
  const dataFile = {
    type: 'record',
    name: 'r2',
    fields: [
      required(134, 'content', 'int'),
      required(100, 'file_path', 'string'),
      required(101, 'file_format', 'string'),
      required(102, 'partition', partition),
      required(103, 'record_count', 'long'),
      required(104, 'file_size_in_bytes', 'long'),
      byColumn(108, 'column_sizes', 117, 118, 'long'),
      byColumn(109, 'value_counts', 119, 120, 'long'),
      byColumn(110, 'null_value_counts', 121, 122, 'long'),
      byColumn(137, 'nan_value_counts', 138, 139, 'long'),
      byColumn(125, 'lower_bounds', 126, 127, 'bytes'),
      byColumn(128, 'upper_bounds', 129, 130, 'bytes'),
      optional(131, 'key_metadata', 'bytes'),
      list(132, 'split_offsets', 133, 'long'),
      list(135, 'equality_ids', 136, 'int'),
      optional(140, 'sort_order_id', 'int'),
      optional(143, 'referenced_data_file', 'string'),
    ],
  }
  const fields = [
    required(0, 'status', 'int'),
    optional(1, 'snapshot_id', 'long'),
    optional(3, 'sequence_number', 'long'),
    optional(4, 'file_sequence_number', 'long'),
    required(2, 'data_file', dataFile),
  ]
  return { type: 'record', name: 'manifest_entry', fields }
}

const FIELD_SUMMARY: AvroSchema = {
  type: 'record',
  name: 'r508',
  fields: [
    required(509, 'contains_null', 'boolean'),
    optional(518, 'contains_nan', 'boolean'),
    optional(510, 'lower_bound', 'bytes'),
    optional(511, 'upper_bound', 'bytes'),
  ],
}

/** One manifest in a manifest list (Iceberg specification v2, `manifest_file`). */
export const MANIFEST_FILE_SCHEMA: AvroSchema = {
  type: 'record',
  name: 'manifest_file',
  fields: [
    required(500, 'manifest_path', 'string'),
    required(501, 'manifest_length', 'long'),
    required(502, 'partition_spec_id', 'int'),
    required(517, 'content', 'int'),
    required(515, 'sequence_number', 'long'),
    required(516, 'min_sequence_number', 'long'),
    required(503, 'added_snapshot_id', 'long'),
    required(504, 'added_files_count', 'int'),
    required(505, 'existing_files_count', 'int'),
    required(506, 'deleted_files_count', 'int'),
    required(512, 'added_rows_count', 'long'),
    required(513, 'existing_rows_count', 'long'),
    required(514, 'deleted_rows_count', 'long'),
    list(507, 'partitions', 508, FIELD_SUMMARY),
    optional(519, 'key_metadata', 'bytes'),
  ],
}
