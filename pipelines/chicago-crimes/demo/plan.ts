import { type Change, type State } from './changes.ts'
import { emptyIncident, type Incident, type Lore, NO_POINT } from './incident.ts'
import { below, chance, draw, saltOf } from './random.ts'
import { NEWEST_ON_DAY_ZERO, type Sequence } from './sequence.ts'

/** The incidents of one sequence that change up to a day, by ascending ordinal. */
export interface Plan {
  readonly ordinals: Float64Array
  /** Of each: its changes by day. */
  readonly changes: readonly (readonly Change[])[]
}

/** A sequence as the planner sees it. */
export interface Changeable {
  sequence: Sequence
  state: State
  murders: boolean
}

type Planned = 'arrest' | 'release' | 'reclassify' | 'move' | 'amend' | 'vanish' | 'restamp'

/** A day's changes: how many a row, as between exports of the city, and how many at least, for a small demo to show each. */
const DAILY: Record<Planned, { rate: number; least: number }> = {
  arrest: { rate: 4e-6, least: 16 },
  release: { rate: 1.5e-7, least: 4 },
  reclassify: { rate: 2e-6, least: 12 },
  move: { rate: 2.3e-6, least: 12 },
  amend: { rate: 1.5e-6, least: 12 },
  vanish: { rate: 7e-7, least: 8 },
  restamp: { rate: 5e-6, least: 18 },
}
/** Below so many rows the least is less, in proportion. */
const SMALL = 5000
/** Of three missing incidents one stays away, one comes back the next day, and one within so many days. */
const ABSENT_DAYS = 5
/** The part of changes that strike incidents of the last months, or those that changed before. */
const RECENT = { share: 0.6, rows: 0.02 }
const AGAIN = 0.12
const MURDER_SHARE = 0.03
const ALSO_ARREST = 0.15
const ATTEMPTS = 400

/** How many of something happen on a day: `least` at least, if the table is not tiny. */
export function daily(rows: number, rate: number, least: number, drawn: number): number {
  const usual = Math.floor(rows * rate * (0.8 + below(400, drawn) / 1000) + 0.5)
  return Math.max(usual, Math.ceil(least * Math.min(1, rows / SMALL)))
}

/** Says what changes on days 1 to `day`. A plan for a later day begins with the same changes. */
export function planChanges(lore: Lore, day: number, all: readonly Changeable[]): Plan[] {
  const rows = all.reduce((sum, { sequence }) => sum + sequence.rowsOnDayZero, 0)
  const found = all.map(() => new Map<number, Change[]>())
  const earlier: Candidate[] = []
  for (let on = 1; on <= day; on++) {
    const known = earlier.length
    for (const [what, { rate, least }] of Object.entries(DAILY) as [Planned, { rate: number; least: number }][]) {
      const salt = saltOf(lore.seed, `${what} ${on}`)
      const count = daily(rows, rate, least, draw(salt, 0))
      for (let i = 1; i <= count; i++) {
        const one = choose({ what, on, i, salt }, { lore, all, found, earlier, known })
        if (!one) continue
        const changes = found[one.at]!.get(one.ordinal) ?? []
        found[one.at]!.set(one.ordinal, [...changes, ...one.changes])
        earlier.push(one)
      }
    }
  }
  return found.map(sorted)
}

interface Candidate {
  /** Index of its sequence. */
  at: number
  ordinal: number
}

interface Choosing {
  lore: Lore
  all: readonly Changeable[]
  found: readonly Map<number, Change[]>[]
  earlier: readonly Candidate[]
  /** So many of them, the first, changed on earlier days. */
  known: number
}

/** Looks for an incident that can change so on that day, as the `i`th; undefined where a small table has none. */
function choose(
  { what, on, i, salt }: { what: Planned; on: number; i: number; salt: number },
  { lore, all, found, earlier, known }: Choosing,
): (Candidate & { changes: Change[] }) | undefined {
  const incident = emptyIncident()
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const drawn = draw(salt, i * ATTEMPTS + attempt)
    const again = known > 0 && chance(AGAIN, draw(drawn, 1))
    const { at, ordinal } = again ? earlier[below(known, draw(drawn, 2))]! : candidate(all, on, drawn)
    const changes = found[at]!.get(ordinal) ?? []
    // Whoever is absent, or has changed on this day already, is left alone.
    if ((changes.at(-1)?.day ?? 0) >= on || !all[at]!.state(incident, ordinal, changes, on - 1)) continue
    if (!suits(what, incident, all[at]!, lore, i % 2 === 0 && attempt < 0.75 * ATTEMPTS)) continue
    return { at, ordinal, changes: follows({ what, on, i, drawn }, incident.arrest) }
  }
  return undefined
}

function candidate(all: readonly Changeable[], on: number, drawn: number): Candidate {
  const murders = all.findIndex((one) => one.murders && one.sequence.rowsOnDayZero > 0)
  const at = murders >= 0 && chance(MURDER_SHARE, draw(drawn, 3)) ? murders : all.findIndex((one) => !one.murders)
  const rows = all[at]!.sequence.start[NEWEST_ON_DAY_ZERO + on]!
  const recent = chance(RECENT.share, draw(drawn, 4)) ? Math.ceil(rows * RECENT.rows) : rows
  return { at, ordinal: rows - 1 - below(recent, draw(drawn, 5)) }
}

function suits(what: Planned, incident: Incident, { murders }: Changeable, lore: Lore, unplaced: boolean): boolean {
  if (what === 'arrest') return !incident.arrest
  if (what === 'release') return incident.arrest
  if (what === 'reclassify') return !murders
  if (what !== 'move') return true
  // Every other one finds missing coordinates. In the first years there is no ward to correct.
  return unplaced ? incident.point === NO_POINT : lore.calendar.year[incident.happened]! >= 2003
}

function follows(
  { what, on, i, drawn }: { what: Planned; on: number; i: number; drawn: number },
  arrested: boolean,
): Change[] {
  const change: Change = { day: on, what, drawn: draw(drawn, 6) }
  if (what === 'reclassify' && !arrested && chance(ALSO_ARREST, draw(drawn, 7))) {
    return [change, { day: on, what: 'arrest', drawn }]
  }
  if (what === 'vanish' && i % 3 > 0) {
    const back = i % 3 === 1 ? on + 1 : on + 2 + below(ABSENT_DAYS - 1, draw(drawn, 8))
    return [change, { day: back, what: 'return', drawn }]
  }
  return [change]
}

function sorted(found: Map<number, Change[]>): Plan {
  const ordinals = Float64Array.from(found.keys()).sort()
  return { ordinals, changes: Array.from(ordinals, (ordinal) => found.get(ordinal)!) }
}
