import { sparkLiteral } from './dialect.ts'
import { blankText, type Cell, fits, presentText, type Reading } from './reading.ts'

const YEAR = '(?:19|20|21)[0-9]{2}'
const CLOCK = '(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.][0-9]+)?)?'
const ISO = `${YEAR}-[0-9]{2}-[0-9]{2}(?:[T ]${CLOCK})?`
const ISO_OFFSET = `(${YEAR}-[0-9]{2}-[0-9]{2}[T ]${CLOCK}) ?(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)`
const YEAR_FIRST = `${YEAR}[-/][0-9]{1,2}[-/][0-9]{1,2}(?: (?:[0-9]|[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?)?`
const MONTH_FIRST = `[0-9]{1,2}/[0-9]{1,2}/${YEAR}(?: .*)?`
const MONTH_FIRST_FORMATS = ['M/d/yyyy h:mm:ss a', 'M/d/yyyy H:mm', 'M/d/yyyy H:mm:ss', 'M/d/yyyy', 'M/d/yyyy h:mm a']
const PORTAL = `${YEAR} [A-Za-z]{3} .*`
const PORTAL_FORMAT = 'yyyy MMM d h:mm:ss a'

/** Wall clocks out of text, never shifted by a zone; what is no date of the years 1900 to 2199 is `bad_date`. */
export function readTime(type: 'date' | 'timestamp' | 'timestamptz', cell: Cell): Reading {
  const text = `trim(${cell.found})`
  const cast = (sql: string): string => `TRY_CAST(${sql} AS TIMESTAMP_NTZ)`
  const parsed = (sql: string, format: string): string =>
    `CAST(try_to_timestamp(${sql}, ${sparkLiteral(format)}) AS TIMESTAMP_NTZ)`
  const formats = MONTH_FIRST_FORMATS.map((format) => parsed(`upper(${text})`, format))
  const time = `CASE WHEN ${fits(text, ISO)} THEN ${cast(text)}
    WHEN ${fits(text, MONTH_FIRST)} THEN coalesce(${formats.join(', ')})
    WHEN ${fits(text, ISO_OFFSET)} THEN ${cast(`regexp_extract(${text}, ${sparkLiteral(ISO_OFFSET)}, 1)`)}
    WHEN ${fits(text, YEAR_FIRST)} THEN ${cast(`replace(${text}, '/', '-')`)}
    WHEN ${fits(text, PORTAL)} THEN ${parsed(text, PORTAL_FORMAT)} END`
  const value = type === 'date' ? `CASE WHEN ${time} = date_trunc('day', ${time}) THEN CAST(${time} AS DATE) END` : time
  return { value, present: presentText(cell), rule: 'bad_date', repairs: blankText(cell) }
}
