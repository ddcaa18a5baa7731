/** A batch's name: its execution timestamp in UTC, whole seconds, such as `2026-11-23T06:00:00Z`. */
export type BatchAt = string

const SHAPE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/

export function batchAtOf(date: Date): BatchAt {
  return `${date.toISOString().slice(0, 19)}Z`
}

export function isBatchAt(text: string): boolean {
  return SHAPE.test(text) && !Number.isNaN(Date.parse(text)) && batchAtOf(new Date(text)) === text
}

/**
 * Reads a batch's name from what a person typed: an ISO 8601 time with `Z` or an offset, fractions of a second cut off.
 * Undefined for anything else, a time without a zone included: it would mean another batch on another machine.
 */
export function readBatchAt(text: string): BatchAt | undefined {
  const zoned = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/i.test(text)
  const at = zoned ? new Date(text.replace(' ', 'T')) : new Date(Number.NaN)
  return Number.isNaN(at.getTime()) ? undefined : batchAtOf(at)
}

export function secondAfter(at: BatchAt): BatchAt {
  return batchAtOf(new Date(Date.parse(at) + 1000))
}

/** Days since 1970-01-01 of a batch's UTC day: the value of Iceberg's `day(batch_at)` partition. */
export function dayOrdinal(at: BatchAt): number {
  return Math.floor(Date.parse(at) / 86_400_000)
}
