import type { SourceColumn } from '../model/pipeline.ts'
import type { StagedType } from '../source/source.ts'
import { type Cell, emptyText, type Reading, textOf } from './reading.ts'

type Code = NonNullable<SourceColumn['code']>

const WHOLE_DECIMAL = `'[0-9]+[.]0+'`

/**
 * Codes that spreadsheets took for numbers get their zeros back, after a `.0` is dropped. Only what begins with a digit is
 * padded: `N/A` is no short code. Longer codes stay as they are.
 */
export function readCode(code: Code, staged: StagedType, cell: Cell): Reading {
  const { found, value } = cell
  if (staged === 'text') {
    return {
      value: `CASE WHEN regexp_full_match(${found}, ${WHOLE_DECIMAL}) THEN ${padded(code, `split_part(${found}, '.', 1)`)}
        ELSE ${padded(code, textOf(cell))} END`,
      repairs: {
        ...emptyText(cell),
        zeros_restored: `${value} <> ${found} AND length(${value}) > length(split_part(${found}, '.', 1))`,
        decimal_dropped: `${value} <> ${found} AND regexp_full_match(${found}, ${WHOLE_DECIMAL})`,
      },
    }
  }
  if (staged === 'double') {
    const whole = `CAST(TRY_CAST(${found} AS BIGINT) AS VARCHAR)`
    const isWhole = `${found} = trunc(${found}) AND TRY_CAST(${found} AS BIGINT) IS NOT NULL`
    return {
      value: `CASE WHEN ${isWhole} THEN ${padded(code, whole)} WHEN NOT isnan(${found}) THEN CAST(${found} AS VARCHAR) END`,
      repairs: {
        nan_dropped: `isnan(${found})`,
        zeros_restored: `${isWhole} AND length(${value}) > length(${whole})`,
        decimal_dropped: isWhole,
      },
    }
  }
  const text = `CAST(${found} AS VARCHAR)`
  return { value: padded(code, text), repairs: { zeros_restored: `length(${value}) > length(${text})` } }
}

function padded(code: Code, text: string): string {
  if ('width' in code) {
    const short = `length(${text}) < ${code.width} AND ${text} >= '0' AND ${text} < ':'`
    return `CASE WHEN ${short} THEN lpad(${text}, ${code.width}, '0') ELSE ${text} END`
  }
  const { digits } = code
  if (digits < 2) return text
  const short = `regexp_matches(${text}, '^[0-9]{1,${digits - 1}}([^0-9]|$)')`
  const missing = `${digits} - length(regexp_extract(${text}, '^[0-9]+'))`
  return `CASE WHEN ${short} THEN lpad(${text}, CAST(length(${text}) + ${missing} AS INTEGER), '0') ELSE ${text} END`
}
