const DURATION_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
const SIZE_BYTES = {
  B: 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
} as const

/** `34m`, `26h`, `1h30m`: whole numbers with ms, s, m, h or d, largest first by custom, not by rule. */
export const DURATION = /^(?:\d+(?:ms|s|m|h|d))+$/
/** `1GiB`, `512 MiB`, `1.5GB`. */
export const SIZE = /^\d+(?:\.\d+)?\s?(?:B|kB|MB|GB|TB|KiB|MiB|GiB|TiB)$/
/** `5%`, `0.1%`. */
export const PERCENT = /^\d+(?:\.\d+)?\s?%$/

/** The longest that anything is asked to last: ten years. */
export const LONGEST_MS = 3650 * DURATION_MS.d
/** More than any machine has. */
export const LARGEST_BYTES = 1024 * SIZE_BYTES.TiB

/** Milliseconds of a text that `DURATION` accepts. */
export function durationMs(text: string): number {
  let total = 0
  for (const [, count, unit] of text.matchAll(/(\d+)(ms|s|m|h|d)/g)) {
    total += Number(count) * DURATION_MS[unit as keyof typeof DURATION_MS]
  }
  return total
}

/** Bytes of a text that `SIZE` accepts, rounded down. */
export function sizeBytes(text: string): number {
  const [, number, unit] = /^([\d.]+)\s?(\w+)$/.exec(text) ?? []
  return Math.floor(Number(number) * SIZE_BYTES[unit as keyof typeof SIZE_BYTES])
}

/** The part of one that a text accepted by `PERCENT` stands for: `5%` is 0.05. */
export function fraction(text: string): number {
  return Number.parseFloat(text) / 100
}
