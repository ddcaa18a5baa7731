/** How a secret stands: `unknown` where its store does not say when it was changed. */
export type DueState = 'ok' | 'due' | 'overdue' | 'unknown'

const DAY_MS = 86_400_000

/** When something that was changed at a time is to be renewed, and whether that is past: `overdue` from a day on. */
export function dueOf(changedAt: string | null, everyMs: number, now: Date): { dueAt: string | null; state: DueState } {
  if (changedAt === null) return { dueAt: null, state: 'unknown' }
  const dueMs = Date.parse(changedAt) + everyMs
  const lateMs = now.getTime() - dueMs
  const state = lateMs < 0 ? 'ok' : lateMs < DAY_MS ? 'due' : 'overdue'
  return { dueAt: new Date(dueMs).toISOString(), state }
}
