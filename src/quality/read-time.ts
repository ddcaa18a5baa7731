import type { PrimitiveType } from '../model/schema.ts'
import { duckdbType, literal } from '../model/sql-text.ts'
import type { StagedType } from '../source/source.ts'
import { blankText, type Cell, isPresent, type Reading } from './reading.ts'

// Outside these years a date is a placeholder (1899-12-30, 9999-12-31) or a slip, and readers that count nanoseconds break.
const YEAR = '(?:19|20|21)[0-9]{2}'
const FIRST = '1900-01-01'
const END = '2200-01-01'

const CLOCK = '(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.][0-9]+)?)?'
const ISO = `${YEAR}-[0-9]{2}-[0-9]{2}(?:[T ]${CLOCK})?`
// The offset is dropped: what stands before it is the wall clock, and nobody's zone shifts it.
const ISO_OFFSET = `(${YEAR}-[0-9]{2}-[0-9]{2}[T ]${CLOCK}) ?(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)`
const YEAR_FIRST = `${YEAR}[-/][0-9]{1,2}[-/][0-9]{1,2}(?: (?:[0-9]|[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?)?`
// A United States export or spreadsheet: month first, always with all four digits of the year.
const MONTH_FIRST = `[0-9]{1,2}/[0-9]{1,2}/${YEAR}(?: .*)?`
const MONTH_FIRST_FORMATS = [
  '%m/%d/%Y %I:%M:%S %p',
  '%m/%d/%Y %H:%M',
  '%m/%d/%Y %H:%M:%S',
  '%m/%d/%Y',
  '%m/%d/%Y %I:%M %p',
  '%m/%d/%Y %H:%M:%S.%g',
]
// The city's portal since 2026: `2026 Jun 09 04:13:19 PM`.
const PORTAL = `${YEAR} [A-Za-z]{3} .*`
const PORTAL_FORMAT = '%Y %b %d %I:%M:%S %p'

/**
 * Wall clocks, never shifted by a zone: an hour that daylight saving skips stays. Text may be ISO 8601 (fractions, offsets),
 * the city's `03/15/2014 12:00:00 AM`, a spreadsheet's `2/3/2018 0:26` or the portal's `2026 Jun 09 04:13:19 PM`. Zero,
 * partial and impossible dates and years before 1900 or after 2199 are `bad_date`.
 */
export function readTime(type: PrimitiveType, staged: StagedType, cell: Cell): Reading {
  const { found } = cell
  const present = isPresent(staged, cell)
  if (staged !== 'text') {
    const inRange = `${found} >= DATE '${FIRST}' AND ${found} < DATE '${END}'`
    const value = type === 'date' ? wholeDay(found) : `CAST(${found} AS ${duckdbType(type)})`
    return {
      value: `CASE WHEN ${inRange} THEN ${value} END`,
      present,
      rule: 'bad_date',
      repairs: {},
    }
  }
  const text = `trim(${found})`
  const time = `CASE WHEN regexp_full_match(${text}, ${literal(ISO)}) THEN TRY_CAST(${text} AS TIMESTAMP)
    WHEN regexp_full_match(${text}, ${literal(MONTH_FIRST)})
    THEN try_strptime(${text}, [${MONTH_FIRST_FORMATS.map(literal).join(', ')}])
    WHEN regexp_full_match(${text}, ${literal(ISO_OFFSET)})
    THEN TRY_CAST(regexp_extract(${text}, ${literal(ISO_OFFSET)}, 1) AS TIMESTAMP)
    WHEN regexp_full_match(${text}, ${literal(YEAR_FIRST)}) THEN TRY_CAST(replace(${text}, '/', '-') AS TIMESTAMP)
    WHEN regexp_full_match(${text}, ${literal(PORTAL)}) THEN try_strptime(${text}, ${literal(PORTAL_FORMAT)}) END`
  return {
    value: type === 'date' ? wholeDay(`(${time})`) : time,
    present,
    rule: 'bad_date',
    repairs: blankText(cell),
  }
}

/** A time of day has no place in a date, and is not cut off in silence. */
function wholeDay(time: string): string {
  return `CASE WHEN ${time} = date_trunc('day', ${time}) THEN CAST(${time} AS DATE) END`
}
