import type { Command } from './measure.ts'

/** Something that is measured: a command, with what makes its runs alike and what proves that it did its work. */
export interface Candidate {
  name: string
  /** Before each run, not measured. */
  prepare?(): Promise<void>
  command: Command
  /** After each run; throws where the result is wrong. */
  check(output: string): Promise<void>
}

/** Candidates that do the same work and are run by turns. */
export interface Contest {
  title: string
  candidates: Candidate[]
}

export function requireRows(output: string, rows: number): void {
  const said = Number(output.trim().split('\n').at(-1))
  if (said !== rows) throw new Error(`expected ${rows} rows, got ${said}`)
}
