import { type Calendar, dayOf, FIRST_YEAR, PUBLISHED_ON_DAY_ZERO, PUBLISHING_LAG } from './calendar.ts'
import { draw, saltOf, TWO_32 } from './random.ts'

/**
 * Incidents in the order in which they were reported: ordinals 0, 1, 2 … and the day and id of each. There are two in the
 * city: murders have small ids, all other incidents large ones.
 */
export interface Sequence {
  readonly salt: number
  /** By day since 2001: the first ordinal that was reported on it or later; one entry more than days. */
  readonly start: Float64Array
  /** How many there are on `day=0`, and on the day that is asked for. */
  readonly rowsOnDayZero: number
  readonly rows: number
  dayOf(ordinal: number): number
  id(ordinal: number, day: number): number
}

/** The newest day of which `day=0` knows incidents. */
export const NEWEST_ON_DAY_ZERO = PUBLISHED_ON_DAY_ZERO - PUBLISHING_LAG

export interface SequenceOptions {
  calendar: Calendar
  seed: number
  name: string
  /** By day: what the whole city reports. */
  weight: Float64Array
  rows: number
  /** Rows that are added on each later day, the first of them on `day=1`. */
  added: readonly number[]
  /** By day: where ids of that day begin; `ids[day + 1]` is where they end. */
  idStart(start: Float64Array): Float64Array
}

export function makeSequence(options: SequenceOptions): Sequence {
  const { weight, rows, added } = options
  const salt = saltOf(options.seed, options.name)
  const days = NEWEST_ON_DAY_ZERO + added.length + 1
  const start = new Float64Array(days + 1)
  let total = 0
  for (let day = 0; day <= NEWEST_ON_DAY_ZERO; day++) total += weight[day]!
  let sum = 0
  for (let day = 0; day <= NEWEST_ON_DAY_ZERO; day++) {
    sum += weight[day]!
    start[day + 1] = day === NEWEST_ON_DAY_ZERO ? rows : Math.floor((sum / total) * rows)
  }
  added.forEach((count, i) => (start[NEWEST_ON_DAY_ZERO + 2 + i] = start[NEWEST_ON_DAY_ZERO + 1 + i]! + count))
  const idStart = options.idStart(start)
  return {
    salt,
    start,
    rowsOnDayZero: rows,
    rows: start.at(-1)!,
    dayOf: (ordinal) => firstAtLeast(start, ordinal + 1) - 1,
    id(ordinal, day) {
      const count = start[day + 1]! - start[day]!
      const span = idStart[day + 1]! - idStart[day]!
      // As far as the next id leaves room: the ids stay unique and ascending however dense they are.
      const room = Math.max(0, 1 - (1.02 * count) / span)
      const part = ordinal - start[day]! + (draw(salt ^ 0x1d, ordinal) / TWO_32) * room
      return Math.floor(idStart[day]! + (part / count) * span)
    },
  }
}

/** The first index whose value is at least `value`, of values in ascending order; their number where there is none. */
export function firstAtLeast(values: Float64Array, value: number): number {
  let low = 0
  let high = values.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (values[middle]! < value) low = middle + 1
    else high = middle
  }
  return low
}

const FIRST_MURDER_ID = 634
const MURDER_IDS = 28_400

/** Murders are numbered on their own, evenly over all years. */
export function murderIds(start: Float64Array): Float64Array {
  const rows = start[NEWEST_ON_DAY_ZERO + 1]!
  const step = Math.max(1.25, MURDER_IDS / Math.max(1, rows))
  return start.map((ordinal) => FIRST_MURDER_ID + ordinal * step)
}

// The first id of each year since 2001, rounded; the last entry is that of 2027.
const NEW_YEAR_IDS = [
  1_312_000, 1_918_000, 2_523_000, 3_114_000, 3_731_000, 4_519_000, 5_217_000, 6_000_000, 6_686_000, 7_301_000, 7_870_000,
  8_421_000, 8_953_000, 9_447_000, 9_915_000, 10_365_000, 10_805_000, 11_193_000, 11_553_000, 11_939_000, 12_267_000,
  12_583_000, 12_938_000, 13_326_000, 13_705_000, 14_065_000, 14_425_000,
]
const IDS_PER_DAY = 1000
/** Rows that leave just enough of the city's own ids. */
const CITY_ROWS = 8_600_000

/** All others are numbered as the city's were; in a city of more rows than Chicago's the numbers are stretched. */
export function otherIds(calendar: Calendar): (start: Float64Array) => Float64Array {
  return (start) => {
    const stretch = Math.max(1, start[NEWEST_ON_DAY_ZERO + 1]! / CITY_ROWS)
    const ids = new Float64Array(start.length)
    ids[0] = NEW_YEAR_IDS[0]!
    for (let day = 0; day + 1 < start.length; day++) {
      const span = day <= NEWEST_ON_DAY_ZERO ? idsOf(calendar, day) * stretch : IDS_PER_DAY * stretch
      ids[day + 1] = ids[day]! + Math.max(span, 1.25 * (start[day + 1]! - start[day]!))
    }
    return ids
  }
}

function idsOf(calendar: Calendar, day: number): number {
  const year = calendar.year[day]!
  const [first, next] = [dayOf(`${year}-01-01`), dayOf(`${year + 1}-01-01`)]
  let sum = 0
  for (let other = first; other < next; other++) sum += calendar.weight[other]!
  return ((NEW_YEAR_IDS[year - FIRST_YEAR + 1]! - NEW_YEAR_IDS[year - FIRST_YEAR]!) * calendar.weight[day]!) / sum
}
