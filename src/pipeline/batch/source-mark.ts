import type { RunState } from '../../model/report.ts'
import type { Source } from '../../source/source.ts'
import { writeSourceMark } from '../../state/source-mark-rows.ts'
import type { State } from '../../state/state.ts'

/** Notes what the source looked like before it was read, once that has come to something. */
export interface MarkKeeper {
  keep(state: RunState): void
}

/**
 * Looks at the source before a run reads it: what comes in between is seen as new, and read once too often rather than never.
 * A run that goes on may have read the source long ago, and notes nothing. A source that cannot be looked at will say why
 * when it is read.
 */
export async function markBefore(
  source: Source,
  run: { run: string; goesOn: boolean },
  { state, clock }: { state: State; clock: { now(): Date } },
  signal: AbortSignal,
): Promise<MarkKeeper> {
  const mark = run.goesOn ? undefined : await source.mark?.(signal).catch(() => undefined)
  return {
    keep(end) {
      if (mark === undefined || (end !== 'succeeded' && end !== 'held')) return
      writeSourceMark(state.database, source.url, { mark, run: run.run, at: clock.now().toISOString() })
    },
  }
}
