import { duckdbType, literal } from '../model/sql-text.ts'
import type { StagedType } from '../source/source.ts'
import { blankText, type Cell, isPresent, type Reading } from './reading.ts'

// A whole number, or one whose decimals are nothing. Three zeros after a comma may be thousands: that is not guessed.
// An exponent is refused: spreadsheets write `1.16E+06` once the last digits are lost.
const WHOLE = '[+-]?[0-9]+'
const WHOLE_DECIMAL = '[+-]?[0-9]+([.]0*|,00?)'
const NUMBER = '[+-]?([0-9]+[.,]?[0-9]*|[.,][0-9]+)([eE][+-]?[0-9]+)?'

/** Whole numbers: `832`, `832.0` and `832,0` are 832; a fraction, an exponent or one out of range is no whole number. */
export function readInteger(type: 'int' | 'long', staged: StagedType, cell: Cell): Reading {
  const { found } = cell
  const sql = duckdbType(type)
  if (staged === 'text') {
    const text = `trim(${found})`
    return {
      value: `CASE WHEN regexp_full_match(${text}, ${literal(WHOLE)}) THEN TRY_CAST(${text} AS ${sql})
        WHEN regexp_full_match(${text}, ${literal(WHOLE_DECIMAL)})
        THEN TRY_CAST(regexp_extract(${text}, ${literal(`^(${WHOLE})`)}) AS ${sql}) END`,
      present: isPresent(staged, cell),
      rule: 'bad_type',
      repairs: { ...blankText(cell), decimal_dropped: `contains(${found}, '.') OR contains(${found}, ',')` },
    }
  }
  if (staged === 'double') {
    return {
      value: `CASE WHEN ${found} = trunc(${found}) THEN TRY_CAST(${found} AS ${sql}) END`,
      present: `${found} IS NOT NULL AND NOT isnan(${found})`,
      rule: 'bad_type',
      repairs: { nan_dropped: `isnan(${found})`, decimal_dropped: `isfinite(${found})` },
    }
  }
  if (type === 'long') return { value: found, repairs: {} }
  return { value: `TRY_CAST(${found} AS ${sql})`, present: isPresent(staged, cell), rule: 'bad_type', repairs: {} }
}

/** Decimal numbers, with a point or a comma. A native NaN is no value; an infinite number is none that could be meant. */
export function readDouble(staged: StagedType, cell: Cell): Reading {
  const { found } = cell
  if (staged === 'long') return { value: `CAST(${found} AS DOUBLE)`, repairs: {} }
  if (staged === 'double') {
    return {
      value: `CASE WHEN isfinite(${found}) THEN ${found} END`,
      present: `${found} IS NOT NULL AND NOT isnan(${found})`,
      rule: 'bad_type',
      repairs: { nan_dropped: `isnan(${found})` },
    }
  }
  const text = `trim(${found})`
  return {
    // What is too great for a double becomes infinite, which is no more readable than a letter.
    value: `CASE WHEN regexp_full_match(${text}, ${literal(NUMBER)})
      THEN nullif(nullif(TRY_CAST(replace(${text}, ',', '.') AS DOUBLE), 'inf'::DOUBLE), '-inf'::DOUBLE) END`,
    present: isPresent(staged, cell),
    rule: 'bad_type',
    repairs: { ...blankText(cell), decimal_comma: `contains(${found}, ',')` },
  }
}
