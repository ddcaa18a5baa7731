/** Smaller numbers make no percentages. */
export const SMALLEST_BASE = 10
/** A share is told to a hundredth of a percent. */
export const SHARE_DIGITS = 4

/** What part of the base a value is; null where there are too few to say. */
export function shareOf(value: number, base: number): number | null {
  return base < SMALLEST_BASE ? null : Math.round((value / base) * 10 ** SHARE_DIGITS) / 10 ** SHARE_DIGITS
}
