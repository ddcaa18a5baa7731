/** A limit on time, and when that time began. */
export interface Deadline {
  limitMs: number
  /** By the wall clock, in ms since 1970. */
  startedMs: number
  /** What earlier watchers saw go by of it. */
  watchedMs: number
}

/** What two clocks say at one moment: the wall clock, which may be set, and one that only goes on. */
export interface Clocks {
  wallMs: number
  monotonicMs: number
}

/** When a watcher saw a deadline first, and how much of its time had gone by then. */
export interface FirstSight {
  elapsedMs: number
  monotonicMs: number
}

/** The first sight of a deadline; a clock that was set back before the start says nothing, which is no less than zero. */
export function firstSight(deadline: Deadline, clocks: Clocks): FirstSight {
  return {
    elapsedMs: Math.max(0, deadline.watchedMs, clocks.wallMs - deadline.startedMs),
    monotonicMs: clocks.monotonicMs,
  }
}

/**
 * How much time has gone by, by whichever clock says more: the wall clock goes on while a machine sleeps, the other one while
 * somebody sets the time back. Rather one alert for a clock that was set ahead than none for a run that hangs.
 */
export function elapsedMs(deadline: Deadline, sight: FirstSight, clocks: Clocks): number {
  const watched = sight.elapsedMs + (clocks.monotonicMs - sight.monotonicMs)
  return Math.max(watched, clocks.wallMs - deadline.startedMs)
}

/** A deadline is missed by more than its limit, not by its last moment. */
export function isMissed({ limitMs }: Pick<Deadline, 'limitMs'>, elapsed: number): boolean {
  return elapsed > limitMs
}
