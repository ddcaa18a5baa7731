import { two } from './calendar.ts'
import { type Offenses, REWORDED_IN } from './offenses.ts'
import { type Alias, aliasOf } from './random.ts'
import { readTable } from './tables.ts'

/** By offense, before 2020 and since: which minute of the day. */
export interface Times {
  readonly before: readonly Alias[]
  readonly since: readonly Alias[]
}

/** People remember round times. In percent of the hour; the other minutes share the rest. */
const MINUTES = new Map([
  [0, 33.3],
  [30, 15],
  [45, 5],
  [15, 5],
  [20, 3.4],
  [50, 3.3],
  [40, 3.2],
  [10, 2.9],
  [5, 2],
  [25, 1.9],
  [35, 1.9],
  [55, 1.8],
  [1, 1.5],
])
/** What cannot be remembered is put at midnight or noon: percent of that hour at :00, before 2020 and since. */
const MIDNIGHT = [30, 53]
const NOON = [41, 41]

export function loadTimes(offenses: Offenses): Times {
  const rows = readTable('hours')
  const load = (era: number): Alias[] => {
    const name = era === 0 ? 'before_2020' : 'since_2020'
    const byType = new Map(rows.filter((row) => row['era'] === name).map((row) => [row['type']!, minutesOf(row, era)]))
    return offenses.list.map(({ type }) => byType.get(type) ?? byType.get('*')!)
  }
  return { before: load(0), since: load(1) }
}

function minutesOf(row: Record<string, string>, era: number): Alias {
  const weights = new Float64Array(1440)
  for (let hour = 0; hour < 24; hour++) {
    const sharp = hour === 0 ? MIDNIGHT[era]! : hour === 12 ? NOON[era]! : MINUTES.get(0)!
    const named = [...MINUTES.values()].reduce((sum, percent) => sum + percent, 0) - MINUTES.get(0)!
    const rest = (100 - MINUTES.get(0)! - named) / (60 - MINUTES.size)
    const scale = (100 - sharp) / (100 - MINUTES.get(0)!)
    for (let minute = 0; minute < 60; minute++) {
      const percent = minute === 0 ? sharp : (MINUTES.get(minute) ?? rest) * scale
      weights[hour * 60 + minute] = (Number(row[`h${hour}`]) * percent) / 100
    }
  }
  return aliasOf(weights)
}

/** Minutes of the day as ` 15:04:00`. */
const SHARP: readonly string[] = Array.from({ length: 1440 }, (_, minute) => {
  return ` ${two(Math.floor(minute / 60))}:${two(minute % 60)}:00`
})

export function timeText(minute: number, second: number): string {
  return second === 0 ? SHARP[minute]! : SHARP[minute]!.slice(0, -2) + two(second)
}

/** Share of incidents by year since 2001 whose time is told to the second; since 2018 none is. */
export function secondsShare(year: number): number {
  if (year >= REWORDED_IN) return 0
  return [0.207, 0.2, 0.19, 0.18, 0.177, 0.16, 0.13, 0.1, 0.06, 0.02][year - 2001] ?? 0.0005
}
