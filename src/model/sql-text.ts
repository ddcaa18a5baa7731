import type { Schema, Type } from './schema.ts'

/** A text as a SQL literal; safe in DuckDB, Spark 4 and Trino as long as it holds no backslash. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** A name as a quoted identifier (standard SQL; Spark needs `doubleQuotedIdentifiers`). */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** `raw.crimes` as `"raw"."crimes"`; a namespace that holds points itself is one name: `"a.b"."c"`. */
export function tableIdentifier(name: string): string {
  const point = name.lastIndexOf('.')
  return point < 0 ? identifier(name) : `${identifier(name.slice(0, point))}.${identifier(name.slice(point + 1))}`
}

const DUCKDB_TYPE = {
  boolean: 'BOOLEAN',
  int: 'INTEGER',
  long: 'BIGINT',
  double: 'DOUBLE',
  string: 'VARCHAR',
  date: 'DATE',
  timestamp: 'TIMESTAMP',
  timestamptz: 'TIMESTAMPTZ',
  float: 'FLOAT',
  time: 'TIME',
  uuid: 'UUID',
  binary: 'BLOB',
} as const

/** Types with a number in their name: those of decimals are DuckDB's too. */
function sizedType(type: string): string {
  return type.startsWith('decimal') ? type.toUpperCase() : 'BLOB'
}

/** An Iceberg type in DuckDB's words. */
export function duckdbType(type: Type): string {
  if (typeof type === 'string')
    return Object.hasOwn(DUCKDB_TYPE, type) ? DUCKDB_TYPE[type as keyof typeof DUCKDB_TYPE] : sizedType(type)
  if (type.type === 'list') return `${duckdbType(type.element)}[]`
  if (type.type === 'map') return `MAP(${duckdbType(type.key)}, ${duckdbType(type.value)})`
  return `STRUCT(${type.fields.map((f) => `${identifier(f.name)} ${duckdbType(f.type)}`).join(', ')})`
}

/** The `FIELD_IDS` option of DuckDB's `COPY … (FORMAT parquet)`: binds each column to its Iceberg field id. */
export function fieldIds(schema: Schema): string {
  const inner = (id: number, type: Type): string => {
    if (typeof type === 'string') return String(id)
    if (type.type === 'list') return `{__duckdb_field_id: ${id}, element: ${inner(type['element-id'], type.element)}}`
    if (type.type === 'map') {
      const [key, value] = [inner(type['key-id'], type.key), inner(type['value-id'], type.value)]
      return `{__duckdb_field_id: ${id}, key: ${key}, value: ${value}}`
    }
    return `{__duckdb_field_id: ${id}, ${type.fields.map((f) => `${identifier(f.name)}: ${inner(f.id, f.type)}`).join(', ')}}`
  }
  return `{${schema.fields.map((f) => `${identifier(f.name)}: ${inner(f.id, f.type)}`).join(', ')}}`
}
