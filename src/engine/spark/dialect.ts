import type { Type } from '../../model/schema.ts'
import { identifier } from '../../model/sql-text.ts'

/** The catalog under which every table stands in Spark. */
export const CATALOG = 'blotter'

/** A text as Spark reads it: a backslash begins an escape there, in standard SQL it is a sign like others. */
export function sparkLiteral(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`
}

const SPARK_TYPE = {
  boolean: 'BOOLEAN',
  int: 'INT',
  long: 'BIGINT',
  double: 'DOUBLE',
  string: 'STRING',
  date: 'DATE',
  timestamp: 'TIMESTAMP_NTZ',
  timestamptz: 'TIMESTAMP_LTZ',
} as const

/** A type that a pipeline can declare, in Spark's words; no default of a session changes what they mean. */
export function sparkType(type: Type): string {
  if (typeof type === 'object' && type.type === 'list') return `ARRAY<${sparkType(type.element)}>`
  if (typeof type === 'object' && type.type === 'struct') {
    return `STRUCT<${type.fields.map((field) => `${identifier(field.name)}: ${sparkType(field.type)}`).join(', ')}>`
  }
  return SPARK_TYPE[type as keyof typeof SPARK_TYPE]
}

/** `raw.crimes` in the lake as it is published. */
export function published(table: string): string {
  return [CATALOG, ...table.split('.')].map(identifier).join('.')
}

/** `raw.crimes` on the branch of the run, to be written. */
export function onBranch(table: string): string {
  return `${published(table)}."branch_\${branch}"`
}

/** `raw.crimes` on the branch of the run, to be read. */
export function readBranch(table: string): string {
  return `${published(table)} VERSION AS OF '\${branch}'`
}

/** The name of a view that stands for a table in a pipeline's own SQL: views have no namespace in Spark. */
export function viewOf(table: string): string {
  return table.replace('.', '__')
}

/** When a batch was made, as an instant. */
export const BATCH_AT = "timestamp_ltz '${batch_at}'"

/** Replaces texts, comments and what is between them in SQL; texts are given with their quotes. */
export function mapSql(sql: string, map: { text(literal: string): string; code(code: string): string }): string {
  const parts = sql.split(/('(?:[^']|'')*'|--[^\n]*|\/\*[\s\S]*?\*\/|"(?:[^"]|"")*")/)
  return parts
    .map((part, i) => {
      if (i % 2 === 0) return map.code(part)
      return part.startsWith("'") ? map.text(part) : part
    })
    .join('')
}

/** A literal of standard SQL, with its quotes, as Spark reads it. */
export function translatedLiteral(literal: string): string {
  return sparkLiteral(literal.slice(1, -1).replaceAll("''", "'"))
}
