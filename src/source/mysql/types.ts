import type { StagedType } from '../source.ts'

/** How a column is asked for and how its values lie in staged files. */
export interface Reading {
  type: StagedType
  /** SQL for the select list, given the quoted column. */
  expression(column: string): string
  /** The driver's value as the engine wants it; absent where it is that already. */
  convert?(value: unknown): unknown
}

const asText = (column: string): string => `CAST(${column} AS CHAR CHARACTER SET utf8mb4)`
const asIs = (column: string): string => column
const whole = (value: unknown): bigint => BigInt(value as number | string)
const hexadecimal = (value: unknown): string => `0x${(value as Buffer).toString('hex').toUpperCase()}`

const WHOLE: Reading = { type: 'long', expression: asIs, convert: whole }
const TEXT: Reading = { type: 'text', expression: asText }
const BINARY: Reading = { type: 'text', expression: asIs, convert: hexadecimal }
/** Fractions of a second without zeros at their end: as the engine writes a time that the fast reader has laid out. */
const TIME_WITH_FRACTION: Reading = {
  type: 'text',
  expression: (column) => `TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM ${asText(column)}))`,
}
/** MySQL computes its own textual form, which would be cut to NULL beyond max_allowed_packet; these are all small. */
const OPAQUE: Reading = { type: 'text', expression: (column) => `CONCAT('0x', HEX(${column}))` }

/**
 * How a column of a MySQL type is read; `columnType` is information_schema's COLUMN_TYPE (`int(10) unsigned`).
 *
 * Whole numbers and bits become long, so that a 2 in a TINYINT(1) is seen; only `bigint unsigned` and `bit(64)`, which pass
 * 2^63, become text. Dates and times become text as the server shows them, less zeros at the end of a fraction, so that
 * `0000-00-00 00:00:00` and `2024-00-15` arrive as they were found: DATETIME is a wall clock, and TIMESTAMP is read in the
 * server's own time zone, as clients that wrote it without a word about zones meant it. Binary values become `0x…`.
 */
export function readingOf(columnType: string): Reading {
  const [, name = '', width = ''] = /^(\w+)(?:\((\d+))?/.exec(columnType.toLowerCase()) ?? []
  switch (name) {
    case 'tinyint':
    case 'smallint':
    case 'mediumint':
    case 'int':
      return WHOLE
    case 'bigint':
      return columnType.toLowerCase().includes('unsigned') ? TEXT : WHOLE
    case 'bit': {
      const number = (column: string): string => `${column} + 0`
      if (width === '64') return { type: 'text', expression: (column) => asText(number(column)) }
      return { ...WHOLE, expression: number }
    }
    case 'float':
    case 'double':
      return { type: 'double', expression: asIs }
    case 'decimal':
    case 'char':
    case 'varchar':
    case 'tinytext':
    case 'text':
    case 'mediumtext':
    case 'longtext':
    case 'enum':
    case 'set':
    case 'json':
      return { type: 'text', expression: asIs }
    case 'binary':
    case 'varbinary':
    case 'tinyblob':
    case 'blob':
    case 'mediumblob':
    case 'longblob':
      return BINARY
    case 'datetime':
    case 'timestamp':
      return width === '' || width === '0' ? TEXT : TIME_WITH_FRACTION
    case 'date':
    case 'time':
    case 'year':
    case 'uuid':
    case 'inet4':
    case 'inet6':
      return TEXT
    default:
      return OPAQUE
  }
}
