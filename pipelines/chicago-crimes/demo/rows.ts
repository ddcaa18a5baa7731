import { FIRST_YEAR, PUBLISHED_ON_DAY_ZERO, PUBLISHING_LAG } from './calendar.ts'
import { type Incident, type Lore, NO_POINT, ZERO_POINT } from './incident.ts'
import { REWORDED_IN } from './offenses.ts'
import { chance, draw, saltOf } from './random.ts'
import type { CaseNumbers } from './case-numbers.ts'
import { makeStamps } from './stamps.ts'
import { timeText } from './times.ts'

/** Writes an incident as row `at` of the city's 22 columns, which hold nothing but nulls before. */
export type WriteRow = (columns: unknown[][], at: number, id: number, incident: Incident) => void

/** Of a place that is none the city wrote the origin of its grid, which lies in Missouri. */
const ORIGIN = { latitude: 36.619446395, longitude: -91.686565684, location: '(36.619446395, -91.686565684)' }
/** Without ward and community area: by year since 2001. */
const UNWARDED = [0.9915, 0.2735]
const SPECIAL_DISTRICT = 0.00003
const UNKNOWN_AREA = 0.00001
const NO_AREA = 0.00002
const OLD_NAME_SHARE = 0.8
const RENAMED = { type: 'CRIMINAL SEXUAL ASSAULT', before: 'CRIM SEXUAL ASSAULT' }

export function makeRowWriter(lore: Lore, salt: number, caseNumber: CaseNumbers): WriteRow {
  const { calendar, offenses, places, kinds } = lore
  const stamps = makeStamps(calendar)
  const [ofWard, ofDirt, ofCase, ofStamp] = ['ward', 'dirt', 'case', 'stamp'].map((name) => saltOf(lore.seed, name) ^ salt)
  const lower = new Map<number, string>()

  return (columns, at, id, incident) => {
    const { event, reported, happened } = incident
    const offense = offenses.list[incident.offense]!
    const cell = places.cell[incident.block]!
    const year = calendar.year[reported]!
    const dirt = draw(ofDirt!, event)
    const wards = UNWARDED[calendar.year[happened]! - FIRST_YEAR]
    const unwarded = wards !== undefined && chance(wards, draw(ofWard!, event))
    columns[0]![at] = BigInt(id)
    columns[1]![at] = caseNumber(incident, draw(ofCase!, event))
    columns[2]![at] = calendar.text[happened]! + timeText(incident.minute, incident.second)
    columns[3]![at] = blockText(incident.block, year, dirt)
    columns[4]![at] = offense.iucr
    columns[5]![at] = typeText(offense.type, year, dirt)
    columns[6]![at] = year >= REWORDED_IN ? offense.descriptionSince2020 : offense.description
    columns[7]![at] = incident.kind < 0 ? null : kinds.names[incident.kind]!
    columns[8]![at] = incident.arrest
    columns[9]![at] = incident.domestic
    columns[10]![at] = places.beat[cell]!
    columns[11]![at] = chance(SPECIAL_DISTRICT, draw(dirt, 1)) ? '031' : places.district[cell]!
    columns[12]![at] = unwarded ? null : incident.ward || places.ward[cell]!
    columns[13]![at] = unwarded ? null : areaOf(places.area[cell]!, draw(dirt, 2))
    columns[14]![at] = offense.fbiCode
    columns[17]![at] = calendar.year[happened]!
    columns[18]![at] =
      incident.edited > 0
        ? calendar.published[PUBLISHED_ON_DAY_ZERO + incident.edited]!
        : stamps.of(year, reported + PUBLISHING_LAG, draw(ofStamp!, incident.ordinal))
    writePlace(columns, at, incident.point)
  }

  function writePlace(columns: unknown[][], at: number, point: number): void {
    // Columns begin as nulls.
    if (point === NO_POINT) return
    const zero = point === ZERO_POINT
    columns[15]![at] = zero ? 0 : places.points[4 * point]! | 0
    columns[16]![at] = zero ? 0 : places.points[4 * point + 1]! | 0
    columns[19]![at] = zero ? ORIGIN.latitude : places.points[4 * point + 2]!
    columns[20]![at] = zero ? ORIGIN.longitude : places.points[4 * point + 3]!
    columns[21]![at] = zero ? ORIGIN.location : places.location(point)
  }

  /** A few blocks are written in small letters: `0000X W Washington St`. */
  function blockText(block: number, year: number, dirt: number): string {
    const text = places.block[block]!
    if (!chance(year >= 2023 ? 0.0075 : 0.0002, draw(dirt, 3))) return text
    let small = lower.get(block)
    if (small === undefined) {
      small = text.replaceAll(/(?<= )[A-Z]{2,}/g, (word) => word[0] + word.slice(1).toLowerCase())
      lower.set(block, small)
    }
    return small
  }
}

function typeText(type: string, year: number, dirt: number): string {
  if (type !== RENAMED.type || year >= REWORDED_IN || !chance(OLD_NAME_SHARE, draw(dirt, 4))) return type
  return RENAMED.before
}

function areaOf(area: number, drawn: number): number | null {
  if (chance(UNKNOWN_AREA, drawn)) return 0
  return chance(UNKNOWN_AREA + NO_AREA, drawn) ? null : area
}
