import type { BlotterError } from '../../errors.ts'
import type { RunState, StepState } from '../../model/report.ts'

/** What happens while a run is carried through its steps; told at each change of state, after it is stored. */
export type RunEvent =
  | { type: 'run'; run: string; state: RunState; seconds: number; error?: BlotterError }
  | {
      type: 'step'
      step: string
      state: StepState
      attempt: number
      /** Since this go's first attempt of the step. */
      seconds: number
      error?: BlotterError
      /** Given with an attempt that failed and is made again after so long. */
      retryInMs?: number
    }
