import { duration } from '../../format.ts'
import type { RunStory } from './runs.ts'

export interface Axis {
  /** In ms since 1970. */
  from: number
  to: number
  ticks: { ms: number; label: string }[]
  deadline: number | undefined
  /** What the lanes cannot show. */
  note: string
}

/** A deadline that is further off than so many times what the run took would leave bars too thin to see. */
const NEAR = 2.5
/** The deadline's own label takes so much of the width, at its left. */
const LABEL_ROOM = 0.42
const TICKS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400]

/** The time that a run's lanes show: from its begin to its end, and to its deadline where that is near. */
export function axisOf({ started_at, steps, margins, state }: RunStory, now: number): Axis {
  const tries = steps.flatMap((step) => step.tries)
  const from = Math.min(Date.parse(started_at), ...tries.map((one) => Date.parse(one.started_at)))
  const ends = tries.map((one) => (one.ended_at ? Date.parse(one.ended_at) : Date.parse(one.started_at)))
  const end = Math.max(from + 100, ...ends, ...(state === 'running' ? [now] : []))
  const limit = margins.find((one) => one.scope === 'run')?.limit_seconds
  const deadline = limit === undefined ? undefined : from + limit * 1000
  const isNear = deadline !== undefined && deadline - from <= (end - from) * NEAR
  const to = from + Math.max(end - from, isNear ? deadline - from : 0) * 1.02
  const step = (TICKS.find((one) => (to - from) / 1000 / one <= 6) ?? 86_400) * 1000
  const isFree = (ms: number): boolean =>
    !isNear || ms < deadline - (to - from) * LABEL_ROOM || ms > deadline + (to - from) * 0.06
  const ticks = Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, n) => {
    const ms = from + n * step
    return { ms, label: n === 0 ? '0' : isFree(ms) ? duration((n * step) / 1000) : '' }
  })
  const note = deadline === undefined || isNear ? '' : `the deadline, ${duration(limit!)}, is far to the right`
  return { from, to, ticks, deadline, note }
}
