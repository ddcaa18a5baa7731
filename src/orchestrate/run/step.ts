/** What an attempt of a step is given. */
export interface Attempt {
  /** Aborted when the run is stopped or the step's time is over: stop soon, then settle. */
  signal: AbortSignal
  /** Outputs of the steps that finished, by name, as JSON gives them back. */
  previous: Readonly<Record<string, unknown>>
  /** 1 at first; goes on across processes. */
  number: number
  /** A person has decided that guards let this run pass. */
  released: boolean
}

/** What the evidence says of a step that returned. `terminated` ends the run, without calling it failed. */
export type StepVerdict = 'succeeded' | 'skipped' | 'terminated' | { failed: string }

/**
 * A unit of work whose outcome is stored before the next one starts. It may be run again after a crash in its midst, so
 * that doing it twice must be the same as doing it once.
 */
export interface Step<Context> {
  name: string
  /** Names of the steps that come before it. Default: the one before it in the list. */
  after?: readonly string[]
  /** From 1 to 2,147,483,647 milliseconds; covers `run` and `check`. Default: none. */
  timeoutMs?: number
  /** What came before it cannot be taken back: who asks for the run's end comes too late, and it is carried to its end. */
  isPastReturn?: boolean
  /** Its output is JSON of 16 MiB at most, and is what later steps get, in this process and after a crash alike. */
  run(context: Context, attempt: Attempt): Promise<unknown>
  /** Judges the output from evidence (files, rows, snapshots), not from the step's own word. Default: it succeeded. */
  check?(context: Context, output: unknown, attempt: Attempt): Promise<StepVerdict>
}
