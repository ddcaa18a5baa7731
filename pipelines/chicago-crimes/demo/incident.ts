import type { Calendar } from './calendar.ts'
import { type LocationKinds, pickKind, unwrittenShare } from './location-kinds.ts'
import { type Offenses, REWORDED_IN } from './offenses.ts'
import { type Places, POINTS } from './places.ts'
import { below, chance, draw, pick, saltOf, TWO_32 } from './random.ts'
import { NEWEST_ON_DAY_ZERO, type Sequence } from './sequence.ts'
import { type Times, secondsShare } from './times.ts'

/** What incidents are drawn from; the same for both sequences. */
export interface Lore {
  readonly seed: number
  readonly calendar: Calendar
  readonly offenses: Offenses
  readonly places: Places
  readonly times: Times
  readonly kinds: LocationKinds
}

/** One incident while it is being made: indexes into the tables of `Lore`. One object serves for millions. */
export interface Incident {
  ordinal: number
  /** The ordinal whose event this is: murders of one event share all but id and arrest. */
  event: number
  /** When it was reported and when it happened, in days since 2001. */
  reported: number
  happened: number
  minute: number
  second: number
  offense: number
  /** The kind of place, -1 where unwritten. */
  kind: number
  arrest: boolean
  domestic: boolean
  block: number
  /** -1 where it has no coordinates, -2 for X = Y = 0. */
  point: number
  /** Another ward than the block's, 0 for the block's own. */
  ward: number
  /** A later correction of the case number. */
  caseCorrected: boolean
  /** The last `day` on which it was edited, 0 for none. */
  edited: number
}

export const NO_POINT = -1
export const ZERO_POINT = -2

export function emptyIncident(): Incident {
  return {
    ordinal: 0,
    event: 0,
    reported: 0,
    happened: 0,
    minute: 0,
    second: 0,
    offense: 0,
    kind: 0,
    arrest: false,
    domestic: false,
    block: 0,
    point: 0,
    ward: 0,
    caseCorrected: false,
    edited: 0,
  }
}

/** Draws the incidents of one sequence as they were when they were first published. */
export type DrawIncident = (into: Incident, ordinal: number, day: number) => void

/** Share of incidents whose coordinates nobody ever found, by year since 2001. */
const UNPLACED = [
  0.006, 0.031, 0.008, 0.005, 0.008, 0.006, 0.003, 0.016, 0.017, 0.001, 0.0013, 0.0015, 0.0022, 0.0054, 0.023, 0.006, 0.01,
  0.012, 0.016, 0.018, 0.02, 0.02, 0.015, 0.0062, 0.008, 0.009, 0.009,
]
/** How much more often these have no coordinates: their places are private, or nowhere. */
const PRIVATE: Record<string, number> = {
  'OFFENSE INVOLVING CHILDREN': 5,
  'SEX OFFENSE': 4.5,
  'CRIMINAL SEXUAL ASSAULT': 4,
  'DECEPTIVE PRACTICE': 3.5,
}
const PUBLIC = 0.7
const PROPERTY = new Set(['THEFT', 'DECEPTIVE PRACTICE', 'BURGLARY', 'CRIMINAL TRESPASS', 'LIQUOR LAW VIOLATION'])
/** What comes to light late. */
const LATE = new Set(['DECEPTIVE PRACTICE', 'OFFENSE INVOLVING CHILDREN', 'SEX OFFENSE', 'CRIMINAL SEXUAL ASSAULT'])
const NO_PLACE = 0.00003
const MURDERED_TOGETHER = 0.04

export function incidents(lore: Lore, sequence: Sequence, murders: boolean): DrawIncident {
  const { offenses, places, times, kinds, calendar } = lore
  const salt = (name: string): number => saltOf(lore.seed, name) ^ sequence.salt
  const [ofOffense, ofArrest, ofDomestic, ofLag, ofTime] = ['offense', 'arrest', 'domestic', 'lag', 'time'].map(salt)
  const [ofBlock, ofPoint, ofKind, ofTogether] = ['block', 'point', 'kind', 'together'].map(salt)
  const size = offenses.list.length
  const property = offenses.list.map((offense) => PROPERTY.has(offense.type))
  const late = offenses.list.map((offense) => LATE.has(offense.type))
  const unplaced = offenses.list.map((offense) => PRIVATE[offense.type] ?? PUBLIC)
  const seconds = UNPLACED.map((_, y) => secondsShare(2001 + y))
  const unwritten = UNPLACED.map((_, y) => unwrittenShare(2001 + y))

  return (into, ordinal, day) => {
    let event = ordinal
    if (murders) while (event > 0 && chance(MURDERED_TOGETHER, draw(ofTogether!, event))) event--
    const reported = event === ordinal ? day : sequence.dayOf(event)
    const year = Math.min(calendar.year[reported]! - 2001, UNPLACED.length - 1)
    const offense = murders ? offenses.murder : pick(offenses.byYear[year]!, draw(ofOffense!, event))
    const oldTale = reported > NEWEST_ON_DAY_ZERO && event === sequence.start[reported] && !murders
    const ago = murders ? 0 : lag(draw(ofLag!, event), late[offense]!, oldTale)
    const since = calendar.year[reported]! >= REWORDED_IN
    const time = draw(ofTime!, event)
    const spot = draw(ofPoint!, event)
    into.ordinal = ordinal
    into.event = event
    into.reported = reported
    into.happened = ago <= reported ? reported - ago : reported
    into.offense = offense
    into.arrest = chance(offenses.arrest[year * size + offense]!, draw(ofArrest!, ordinal))
    into.domestic = chance(offenses.domestic[year * size + offense]!, draw(ofDomestic!, event))
    into.block = pick(property[offense]! ? places.property : places.other, draw(ofBlock!, event))
    into.point = into.block * POINTS + (spot & 3)
    if (chance(UNPLACED[year]! * unplaced[offense]!, spot)) into.point = NO_POINT
    else if (!since && chance(NO_PLACE, draw(spot, event))) into.point = ZERO_POINT
    const kind = draw(ofKind!, event)
    into.kind = chance(unwritten[year]!, draw(kind, event)) ? -1 : pickKind(kinds, offense, since, kind)
    into.minute = pick((since ? times.since : times.before)[offense]!, time)
    into.second = seconds[year]! > 0 && chance(seconds[year]!, draw(time, 1)) ? 1 + below(59, draw(time, 2)) : 0
    if (calendar.springsForward[into.happened] === 1) skipMissingHour(into, time, since)
    into.ward = 0
    into.caseCorrected = false
    into.edited = Math.max(0, reported - NEWEST_ON_DAY_ZERO)
  }
}

/** Some times lie in the hour that clocks leave out in spring, as people wrote them; since 2020 none does. */
function skipMissingHour(into: Incident, drawn: number, since: boolean): void {
  if (into.minute >= 120 && into.minute < 180 && (since || draw(drawn, 3) % 2 === 0)) into.minute += 60
}

/**
 * Days from an incident to its report: mostly none, at times years. `oldTale` is one that certainly comes late, so that
 * every later day has one of those.
 */
function lag(drawn: number, late: boolean, oldTale: boolean): number {
  const again = draw(drawn, 7)
  if (oldTale) return 60 + below(2400, again)
  const part = drawn / TWO_32
  const soon = late ? 0.6 : 0.87
  if (part < soon) return 0
  const rest = (part - soon) / (1 - soon)
  if (rest < 0.6) return 1 + below(8, again)
  if (rest < 0.86) return 8 + below(60, again)
  return rest < 0.975 ? 30 + below(330, again) : 330 + below(2600, again)
}

/** The `day` on which it was first published; zero and less for what `day=0` knows. */
export function publishedOn(incident: Incident): number {
  return incident.reported - NEWEST_ON_DAY_ZERO
}
