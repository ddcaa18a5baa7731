import type { DrawIncident, Incident, Lore } from './incident.ts'
import { NO_POINT, publishedOn } from './incident.ts'
import { pickKind } from './location-kinds.ts'
import { REWORDED_IN } from './offenses.ts'
import { POINTS } from './places.ts'
import { below, chance, draw, pick, saltOf } from './random.ts'

/** What the city does to an incident on one day. `arrest` and `release` are arrests made and withdrawn. */
export interface Change {
  readonly day: number
  readonly what: 'arrest' | 'release' | 'reclassify' | 'move' | 'amend' | 'vanish' | 'return' | 'restamp'
  /** The chance in it. */
  readonly drawn: number
}

/** Changes an incident, as published on `day`, in place; false where it is absent on that day. */
export function applyChanges(incident: Incident, changes: readonly Change[], day: number, lore: Lore): boolean {
  let present = true
  for (const change of changes) {
    if (change.day > day) break
    if (change.what === 'arrest') incident.arrest = true
    else if (change.what === 'release') incident.arrest = false
    else if (change.what === 'reclassify') reclassify(incident, change.drawn, lore)
    else if (change.what === 'move') move(incident, change.drawn, lore)
    else if (change.what === 'amend') amend(incident, change.drawn, lore)
    else if (change.what !== 'restamp') present = change.what === 'return'
    incident.edited = Math.max(incident.edited, change.day)
  }
  return present
}

/** To another code: often one of the same type (a theft of more than $500 after all), else any. */
function reclassify(incident: Incident, drawn: number, { offenses, calendar }: Lore): void {
  const year = Math.min(calendar.year[incident.reported]! - 2001, offenses.byYear.length - 1)
  const siblings = offenses.siblings[incident.offense]!
  const { iucr } = offenses.list[incident.offense]!
  for (let attempt = 0; attempt < 20; attempt++) {
    const again = draw(drawn, attempt)
    const near = attempt < 4 && drawn % 2 === 0
    const found = near ? siblings[below(siblings.length, again)]! : pick(offenses.byYear[year]!, again)
    if (offenses.list[found]!.iucr === iucr || found === offenses.murder) continue
    incident.offense = found
    return
  }
}

const WARD_PERCENT = 30
const SPOT_PERCENT = 65

/** Coordinates are found, a ward's border is drawn anew, the spot is corrected, or the whole address. */
function move(incident: Incident, drawn: number, { places }: Lore): void {
  const percent = drawn % 100
  const cell = places.cell[incident.block]!
  const first = places.firstBlock[cell]!
  const count = places.firstBlock[cell + 1]! - first
  if (incident.point === NO_POINT) {
    incident.point = incident.block * POINTS + (drawn & 3)
  } else if (percent < WARD_PERCENT) {
    const ward = incident.ward || places.ward[cell]!
    incident.ward = (ward % 50) + 1
  } else if (percent < SPOT_PERCENT || count === 1 || incident.point < 0) {
    incident.point = incident.block * POINTS + ((incident.point + 1 + below(POINTS - 1, draw(drawn, 1))) & 3)
  } else {
    incident.block = first + ((incident.block - first + 1 + below(count - 1, draw(drawn, 2))) % count)
    incident.point = incident.block * POINTS + (drawn & 3)
  }
}

/** The kind of place, whether it was domestic, the time, or a slip in the case number. */
function amend(incident: Incident, drawn: number, { kinds, calendar }: Lore): void {
  const percent = drawn % 100
  if (percent < 55) {
    const before = incident.kind
    const since = calendar.year[incident.reported]! >= REWORDED_IN
    for (let attempt = 0; attempt < 8 && incident.kind === before; attempt++) {
      incident.kind = pickKind(kinds, incident.offense, since, draw(drawn, attempt))
    }
    if (incident.kind === before) incident.kind = -1
  } else if (percent < 78) {
    incident.domestic = !incident.domestic
  } else if (percent < 96) {
    incident.minute = (incident.minute + 5 * (1 + below(200, draw(drawn, 3)))) % 1440
    incident.second = 0
  } else {
    incident.caseCorrected = !incident.caseCorrected
  }
}

const UNFOUND = 0.1
const SEARCH_DAYS = 14

/** Whatever changes without a plan: coordinates that are found days after publishing, and stamps of many rows at once. */
export function makeSettling(lore: Lore, salt: number, day: number): (incident: Incident) => void {
  const ofSearch = saltOf(lore.seed, 'search') ^ salt
  const bulk = lastBulk(lore, day)
  return (incident) => {
    const published = publishedOn(incident)
    if (published > -SEARCH_DAYS && incident.point >= 0) {
      const drawn = draw(ofSearch, incident.ordinal)
      if (chance(UNFOUND, drawn)) {
        const found = published + 1 + below(SEARCH_DAYS - 1, draw(drawn, 1))
        if (found > day) incident.point = NO_POINT
        else incident.edited = Math.max(incident.edited, found)
      }
    }
    const touched = bulk[lore.calendar.year[incident.reported]! - 2001]!
    if (touched > incident.edited && touched > published) incident.edited = touched
  }
}

/** By year since 2001: the last `day` that restamped all its rows. It happens on day 5 and every 30 days from there. */
function lastBulk(lore: Lore, day: number): Uint16Array {
  const last = new Uint16Array(lore.offenses.byYear.length + 1)
  const ofYear = saltOf(lore.seed, 'bulk')
  for (let on = 5; on <= day; on += 30) last[below(25, draw(ofYear, on))] = on
  return last
}

/** An incident as it is on a day; false where it is absent. */
export type State = (into: Incident, ordinal: number, changes: readonly Change[], day: number) => boolean

export function makeState(lore: Lore, drawIncident: DrawIncident, dayOf: (ordinal: number) => number): State {
  return (into, ordinal, changes, day) => {
    drawIncident(into, ordinal, dayOf(ordinal))
    return publishedOn(into) <= day && applyChanges(into, changes, day, lore)
  }
}
