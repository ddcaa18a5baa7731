export const MICROS_PER_DAY = 86_400_000_000

const WALL_CLOCK = /^([^.]*)(?:\.(\d{1,6}))?$/
/** Days that were met lately: most times are of one of a few thousand. */
const DAYS = new Map<string, number>()
const DAYS_MOST = 50_000

/** Microseconds since 1970 of a wall clock (`2024-03-10 02:30:00[.ffffff]`) or date of the engine port. Throws for none. */
export function microsOf(text: string): number | bigint {
  const day = text.length === 19 ? dayOf(text.slice(0, 10)) : NaN
  const micros = day + timeOf(text) * 1e6
  return Number.isSafeInteger(micros) ? micros : exactMicros(text)
}

function dayOf(date: string): number {
  const known = DAYS.get(date)
  if (known !== undefined) return known
  if (DAYS.size === DAYS_MOST) DAYS.clear()
  const micros = Date.parse(`${date}T00:00:00Z`) * 1000
  DAYS.set(date, micros)
  return micros
}

/** Seconds of a day, NaN where `HH:MM:SS` does not stand there. */
function timeOf(text: string): number {
  const [hour, minute, second] = [digits(text, 11), digits(text, 14), digits(text, 17)]
  return hour < 24 && minute < 60 && second < 60 ? hour * 3600 + minute * 60 + second : NaN
}

function digits(text: string, at: number): number {
  const [ten, one] = [text.charCodeAt(at) - 48, text.charCodeAt(at + 1) - 48]
  return ten >= 0 && ten <= 9 && one >= 0 && one <= 9 ? ten * 10 + one : NaN
}

function exactMicros(text: string): bigint {
  const [, seconds, fraction] = WALL_CLOCK.exec(text.replace('T', ' ')) ?? []
  const ms = Date.parse(`${seconds?.includes(':') ? seconds.replace(' ', 'T') : `${seconds}T00:00:00`}Z`)
  return BigInt(ms) * 1000n + BigInt((fraction ?? '').padEnd(6, '0'))
}
