import { Cron } from 'croner'

/** When runs are due: five or six cron fields (with seconds first), read on the wall clock of an IANA zone. */
export interface Schedule {
  cron: string
  timezone: string
}

/**
 * What is wrong with cron fields, in a few words; undefined if nothing is. Fields that never come to pass, such as the 30th
 * of February, are wrong too.
 */
export function cronProblem(cron: string): string | undefined {
  try {
    return opened({ cron, timezone: 'UTC' }).nextRun(LONG_AGO) === null ? 'these fields never come to pass' : undefined
  } catch (error) {
    return String((error as Error).message).replace(/^CronPattern: /, '')
  }
}

/** From here on a pattern without a year comes to pass within eight years, if ever. */
const LONG_AGO = new Date('2000-01-01T00:00:00Z')

/**
 * The first time after a moment; undefined if none comes. A time of day that daylight saving skips is due when the clock has
 * sprung forward, and one that it doubles is due the first time alone; what is due every so many minutes goes on by the
 * minutes that really pass.
 */
export function nextTime(schedule: Schedule, after: Date): Date | undefined {
  return opened(schedule).nextRun(after) ?? undefined
}

/** How far back a time that was due is looked for, from what is likely on. */
const LOOK_BACK_MS = [60_000, 3_600_000, 86_400_000, 8 * 86_400_000, 32 * 86_400_000, 366 * 86_400_000]

/** The last time that was due at a moment or before it, within a year; found by going forward, so that both ways agree. */
export function lastTime(schedule: Schedule, now: Date): Date | undefined {
  const cron = opened(schedule)
  for (const back of LOOK_BACK_MS) {
    let last: Date | undefined
    let next = cron.nextRun(new Date(now.getTime() - back))
    while (next !== null && next <= now) {
      last = next
      next = cron.nextRun(last)
    }
    if (last) return last
  }
  return undefined
}

function opened({ cron, timezone }: Schedule): Cron {
  return new Cron(cron, { timezone, mode: '5-or-6-parts', paused: true })
}
