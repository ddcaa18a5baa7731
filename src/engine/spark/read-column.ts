import type { SourceColumn } from '../../model/pipeline.ts'
import type { StagedAs } from '../application.ts'
import { identifier } from '../../model/sql-text.ts'
import { sparkLiteral, sparkType } from './dialect.ts'
import { blankText, type Cell, fits, presentText, type Reading } from './reading.ts'
import { readTime } from './read-time.ts'

export function foundIdentifier(name: string): string {
  return identifier(`found ${name}`)
}

/** How values staged so are read as a declared column; a source of rows in a database keeps empty texts and NULLs apart. */
export function readColumn(column: SourceColumn, staged: StagedAs, found = foundIdentifier(column.name)): Reading {
  const cell: Cell = { found, value: identifier(column.name) }
  switch (column.type) {
    case 'string':
      return readString(column, staged, cell)
    case 'boolean':
      return readBoolean(staged, cell)
    case 'long':
    case 'int':
      return readInteger(column.type, staged, cell)
    case 'double':
      return readDouble(staged, cell)
    default:
      return readTime(column.type, cell)
  }
}

function readString(column: SourceColumn, staged: StagedAs, cell: Cell): Reading {
  if (column.code) return readCode(column.code, staged, cell)
  if (staged !== 'text') return { value: textOf(staged, cell.found), repairs: {} }
  return column.point ? readPoint(cell) : { value: cell.found, repairs: {} }
}

/**
 * A found value as text, a number as DuckDB writes it. Spark writes numbers from ten million on, and those below a
 * thousandth, with an exponent.
 */
export function textOf(staged: StagedAs, found: string): string {
  const text = `CAST(${found} AS STRING)`
  if (staged !== 'double') return text
  const plain = `trim(TRAILING '0' FROM CAST(CAST(${text} AS DECIMAL(38, 18)) AS STRING))`
  const size = `abs(${found})`
  return `CASE WHEN ${size} >= 1e7 AND ${size} < 1e16 OR ${size} >= 1e-4 AND ${size} < 1e-3
    THEN ${plain} || CASE WHEN ${plain} LIKE '%.' THEN '0' ELSE '' END ELSE ${text} END`
}

function readBoolean(staged: StagedAs, cell: Cell): Reading {
  const { found } = cell
  if (staged === 'text') {
    const text = `lower(trim(${found}))`
    return {
      value: `CASE WHEN ${text} IN ('true', 't', 'yes', 'y', '1', '1.0') THEN true
        WHEN ${text} IN ('false', 'f', 'no', 'n', '0', '0.0') THEN false END`,
      present: presentText(cell),
      rule: 'bad_type',
      repairs: { ...blankText(cell), decimal_dropped: `contains(${found}, '.')` },
    }
  }
  const value = `CASE WHEN ${found} = 1 THEN true WHEN ${found} = 0 THEN false END`
  return { value, rule: 'bad_type', ...presentNumber(staged, cell) }
}

const WHOLE = '[+-]?[0-9]+'
const WHOLE_DECIMAL = '[+-]?[0-9]+([.]0*|,00?)'
const NUMBER = '[+-]?([0-9]+[.,]?[0-9]*|[.,][0-9]+)([eE][+-]?[0-9]+)?'

function readInteger(type: 'int' | 'long', staged: StagedAs, cell: Cell): Reading {
  const { found } = cell
  const sql = sparkType(type)
  if (staged === 'text') {
    const text = `trim(${found})`
    return {
      value: `CASE WHEN ${fits(text, WHOLE)} THEN TRY_CAST(${text} AS ${sql})
        WHEN ${fits(text, WHOLE_DECIMAL)} THEN TRY_CAST(regexp_extract(${text}, ${sparkLiteral(`^(${WHOLE})`)}, 1) AS ${sql}) END`,
      present: presentText(cell),
      rule: 'bad_type',
      repairs: { ...blankText(cell), decimal_dropped: `contains(${found}, '.') OR contains(${found}, ',')` },
    }
  }
  if (staged === 'double') {
    const value = `CASE WHEN ${found} = rint(${found}) THEN TRY_CAST(${found} AS ${sql}) END`
    return { value, rule: 'bad_type', ...presentNumber(staged, cell) }
  }
  if (type === 'long') return { value: found, repairs: {} }
  return { value: `TRY_CAST(${found} AS ${sql})`, rule: 'bad_type', ...presentNumber(staged, cell) }
}

const INFINITE = "CAST('Infinity' AS DOUBLE)"

function readDouble(staged: StagedAs, cell: Cell): Reading {
  const { found } = cell
  if (staged === 'long') return { value: `CAST(${found} AS DOUBLE)`, repairs: {} }
  if (staged === 'double') {
    const { present, repairs } = presentNumber(staged, cell)
    const { nan_dropped } = repairs
    return {
      value: `CASE WHEN ${isFinite(found)} THEN ${found} END`,
      present,
      rule: 'bad_type',
      repairs: { nan_dropped: nan_dropped! },
    }
  }
  const text = `trim(${found})`
  const number = `TRY_CAST(replace(${text}, ',', '.') AS DOUBLE)`
  return {
    value: `CASE WHEN ${fits(text, NUMBER)} THEN nullif(nullif(${number}, ${INFINITE}), -${INFINITE}) END`,
    present: presentText(cell),
    rule: 'bad_type',
    repairs: { ...blankText(cell), decimal_comma: `contains(${found}, ',')` },
  }
}

const ALL_ZERO_DECIMALS = '[0-9]+[.]0+'

function readCode(code: NonNullable<SourceColumn['code']>, staged: StagedAs, { found, value }: Cell): Reading {
  if (staged === 'text') {
    const isDecimal = fits(found, ALL_ZERO_DECIMALS)
    return {
      value: `CASE WHEN ${isDecimal} THEN ${padded(code, `split_part(${found}, '.', 1)`)} ELSE ${padded(code, found)} END`,
      repairs: {
        zeros_restored: `${value} <> ${found} AND length(${value}) > length(split_part(${found}, '.', 1))`,
        decimal_dropped: `${value} <> ${found} AND ${isDecimal}`,
      },
    }
  }
  if (staged === 'double') {
    const whole = `CAST(TRY_CAST(${found} AS BIGINT) AS STRING)`
    const isWhole = `(${found} = rint(${found}) AND TRY_CAST(${found} AS BIGINT) IS NOT NULL)`
    return {
      value: `CASE WHEN ${isWhole} THEN ${padded(code, whole)} WHEN NOT isnan(${found}) THEN ${textOf(staged, found)} END`,
      repairs: {
        nan_dropped: `isnan(${found})`,
        zeros_restored: `${isWhole} AND length(${value}) > length(${whole})`,
        decimal_dropped: isWhole,
      },
    }
  }
  const text = `CAST(${found} AS STRING)`
  return { value: padded(code, text), repairs: { zeros_restored: `length(${value}) > length(${text})` } }
}

function padded(code: NonNullable<SourceColumn['code']>, text: string): string {
  if ('width' in code) {
    const short = `length(${text}) < ${code.width} AND ${text} >= '0' AND ${text} < ':'`
    return `CASE WHEN ${short} THEN lpad(${text}, ${code.width}, '0') ELSE ${text} END`
  }
  const { digits } = code
  if (digits < 2) return text
  const short = `${text} RLIKE '^[0-9]{1,${digits - 1}}([^0-9]|\\\\z)'`
  const missing = `${digits} - length(regexp_extract(${text}, '^[0-9]+', 0))`
  return `CASE WHEN ${short} THEN lpad(${text}, length(${text}) + ${missing}, '0') ELSE ${text} END`
}

const COORDINATE = '-?[0-9]+(?:[.][0-9]+)?'
const CANONICAL = `[(]${COORDINATE}, ${COORDINATE}[)]`
const PAIR = `(?s)^\\s*[(]?\\s*(${COORDINATE})\\s*,\\s*(${COORDINATE})\\s*[)]?\\s*\\z`
const WKT = `(?is)^\\s*(?:SRID=[0-9]+;)?POINT\\s*[(]\\s*(${COORDINATE})\\s+(${COORDINATE})\\s*[)]\\s*\\z`
const GEOJSON = `(?is)^.*coordinates['"]?\\s*:\\s*\\[\\s*(${COORDINATE})\\s*,\\s*(${COORDINATE})\\s*\\].*\\z`
const MEMBER = (name: string): string => `(?i)\\b${name}['"]?\\s*:\\s*['"]?(${COORDINATE})`

function readPoint({ found, value }: Cell): Reading {
  const replace = (pattern: string, by: string): string =>
    `WHEN ${found} RLIKE ${sparkLiteral(pattern)} THEN regexp_replace(${found}, ${sparkLiteral(pattern)}, '${by}')`
  const [latitude, longitude] = ['latitude', 'longitude'].map((name) => sparkLiteral(MEMBER(name))) as [string, string]
  const digits = (member: string): string => `regexp_extract(${found}, ${member}, 1)`
  return {
    value: `CASE WHEN ${fits(found, CANONICAL)} THEN ${found}
      ${replace(PAIR, '($1, $2)')}
      ${replace(WKT, '($2, $1)')}
      WHEN ${found} RLIKE ${latitude} AND ${found} RLIKE ${longitude}
      THEN '(' || ${digits(latitude)} || ', ' || ${digits(longitude)} || ')'
      ${replace(GEOJSON, '($2, $1)')}
      ELSE ${found} END`,
    repairs: { location_rewritten: `${value} <> ${found}` },
  }
}

function presentNumber(staged: StagedAs, { found }: Cell): { present: string; repairs: Record<string, string> } {
  if (staged === 'long') return { present: `${found} IS NOT NULL`, repairs: {} }
  return {
    present: `${found} IS NOT NULL AND NOT isnan(${found})`,
    repairs: { nan_dropped: `isnan(${found})`, decimal_dropped: isFinite(found) },
  }
}

function isFinite(found: string): string {
  return `(NOT isnan(${found}) AND abs(${found}) <> ${INFINITE})`
}
