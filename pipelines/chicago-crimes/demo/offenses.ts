import { FIRST_YEAR } from './calendar.ts'
import { type Alias, aliasOf } from './random.ts'
import { between, readTable } from './tables.ts'

export interface Offense {
  readonly iucr: string
  readonly type: string
  /** What police wrote before 2020, when most descriptions were worded anew. */
  readonly description: string
  readonly descriptionSince2020: string
  readonly fbiCode: string
}

export interface Offenses {
  readonly list: readonly Offense[]
  /** First degree murder: the one offense whose ids are a sequence of their own. */
  readonly murder: number
  /** Its share of all incidents by year since 2001. */
  readonly murderShare: Float64Array
  /** By year since 2001: what is drawn for all other incidents. */
  readonly byYear: readonly Alias[]
  /** By year and offense (`year * list.length + offense`): probabilities. */
  readonly arrest: Float64Array
  readonly domestic: Float64Array
  /** By offense: the offenses of the same type, itself included. */
  readonly siblings: readonly Uint16Array[]
}

/** The wording of 2020. */
export const REWORDED_IN = 2020
/** Years that the tables know; later ones are like the last. */
export const YEARS = 27
const ERAS = { letters: ['a', 'b', 'c', 'd'], centres: [2003.5, 2009.5, 2015.5, 2024] }

export function loadOffenses(): Offenses {
  const rows = readTable('offenses')
  const types = new Map(readTable('types').map((row) => [row['type']!, row]))
  const list = rows.map((row) => ({
    iucr: row['iucr']!,
    type: row['type']!,
    description: row['description']!,
    descriptionSince2020: row['since_2020'] || row['description']!,
    fbiCode: row['fbi_code']!,
  }))
  const murder = list.findIndex((offense) => offense.iucr === '0110')
  const murderShare = new Float64Array(YEARS)
  const arrest = new Float64Array(YEARS * list.length)
  const domestic = new Float64Array(YEARS * list.length)
  const ofType = (type: string): number[] => rows.flatMap((row, i) => (row['type'] === type ? [i] : []))
  const byType = new Map([...types.keys()].map((type) => [type, ofType(type)]))
  const byYear = Array.from({ length: YEARS }, (_, y) => {
    const weights = new Float64Array(list.length)
    for (const [type, known] of types) {
      const mine = byType.get(type)!
      const share = eras(FIRST_YEAR + y, mine, rows, 'share')
      const arrests = eras(FIRST_YEAR + y, mine, rows, 'arrest')
      const domestics = eras(FIRST_YEAR + y, mine, rows, 'domestic')
      const all = share.reduce((sum, part) => sum + part, 0) || 1
      const level = share.reduce((sum, part, i) => sum + (part / all) * arrests[i]!, 0)
      // The rates of the codes are those of eras; the type's own are known by year and correct them.
      const correction = level > 0 ? atYear(known, 'arrest', FIRST_YEAR + y) / level : 1
      mine.forEach((offense, i) => {
        weights[offense] = (atYear(known, 'share', FIRST_YEAR + y) * share[i]!) / all
        arrest[y * list.length + offense] = Math.min(1, (arrests[i]! * correction) / 1000)
        domestic[y * list.length + offense] = domestics[i]! / 1000
      })
    }
    murderShare[y] = weights[murder]! / weights.reduce((sum, weight) => sum + weight, 0)
    weights[murder] = 0
    return aliasOf(weights)
  })
  const siblings = list.map(({ type }) => Uint16Array.from(byType.get(type)!))
  return { list, murder, murderShare, byYear, arrest, domestic, siblings }
}

/** Rates between eras lie on straight lines; an era without the offense lends its neighbours'. */
function eras(year: number, mine: readonly number[], rows: readonly Record<string, string>[], what: string): number[] {
  return mine.map((i) => {
    const known = ERAS.letters.flatMap((era, e) => (rows[i]![`${what}_${era}`] === '' ? [] : [e]))
    const values = known.map((e) => Number(rows[i]![`${what}_${ERAS.letters[e]}`]))
    return between(
      known.map((e) => ERAS.centres[e]!),
      values,
      year,
    )
  })
}

function atYear(type: Record<string, string>, what: 'share' | 'arrest', year: number): number {
  const columns = Object.keys(type).filter((column) => column.startsWith(`${what}_`))
  return between(
    columns.map((column) => Number(column.slice(-4))),
    columns.map((column) => Number(type[column])),
    year,
  )
}
