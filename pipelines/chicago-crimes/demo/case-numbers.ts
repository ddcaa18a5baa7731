import { type Calendar, dayOf, FIRST_YEAR } from './calendar.ts'
import type { Incident } from './incident.ts'
import { chance, draw } from './random.ts'
import { NEWEST_ON_DAY_ZERO, type Sequence } from './sequence.ts'

/**
 * The police's number of an incident's case: letters for the year of the report, six digits that ascend within it. Murders
 * of one event share theirs. In a city of more than ten million rows the digits do not suffice and numbers repeat.
 */
export type CaseNumbers = (incident: Incident, drawn: number) => string | null

const LETTERS = [
  'G',
  'HH',
  'HJ',
  'HK',
  'HL',
  'HM',
  'HN',
  'HP',
  'HR',
  'HS',
  'HT',
  'HV',
  'HW',
  'HX',
  'HY',
  'HZ',
  'JA',
  'JB',
  'JC',
  'JD',
  'JE',
  'JF',
  'JG',
  'JH',
  'JJ',
  'JK',
  'JL',
]
/** Digits of the two sequences, and of corrected numbers, do not meet. */
const OTHERS = { first: 100_000, count: 580_000, widest: 60 }
const MURDERS = { first: 700_000, count: 200_000, widest: 400 }
const CORRECTED = { first: 900_000, count: 100_000 }
/** `000` to `999`: making a text of a number is slow. */
const THOUSANDS = Array.from({ length: 1000 }, (_, number) => String(number).padStart(3, '0'))
const MISSING = 0.000001
const ODD = 0.00002

/** `weight` is what the whole city reports of this sequence by day. */
export function makeCaseNumbers(
  calendar: Calendar,
  sequence: Sequence,
  weight: Float64Array,
  murders: boolean,
): CaseNumbers {
  const { first, count, widest } = murders ? MURDERS : OTHERS
  let total = 0
  for (let day = 0; day <= NEWEST_ON_DAY_ZERO; day++) total += weight[day]!
  const years = LETTERS.map((letters, y) => {
    const begin = dayOf(`${FIRST_YEAR + y}-01-01`)
    let part = 0
    for (let day = begin; day < dayOf(`${FIRST_YEAR + y + 1}-01-01`); day++) part += weight[day] ?? 0
    const expected = Math.max(1, (sequence.rowsOnDayZero * part) / total)
    return { letters, start: sequence.start[begin] ?? 0, step: Math.min(widest, (0.97 * count) / expected) }
  })
  return (incident, drawn) => {
    const { letters, start, step } = years[calendar.year[incident.reported]! - FIRST_YEAR]!
    if (incident.caseCorrected) return `${letters}${CORRECTED.first + (incident.event % CORRECTED.count)}`
    const digits = first + (Math.floor((incident.event - start) * step) % count)
    if (chance(MISSING + ODD, drawn)) return oddNumber(letters, digits, drawn)
    return letters + THOUSANDS[Math.floor(digits / 1000)]! + THOUSANDS[digits % 1000]!
  }
}

/** A few are missing, or were written otherwise: with a letter behind, without any, with a digit more. */
function oddNumber(letters: string, digits: number, drawn: number): string | null {
  if (chance(MISSING, drawn)) return null
  const shape = draw(drawn, 1) % 10
  if (shape < 6) return `${letters}${digits}A`
  return shape < 8 ? String(digits) : `${letters}${digits}0`
}
