import type { FoundColumn, Stage, StagedPart } from '../source.ts'

/** One file of a view, looked at, ready to be staged. */
export interface FileReader {
  /** `CSV`, `Parquet`, `JSON`: for people. */
  readonly kind: string
  readonly columns: FoundColumn[]
  readonly rowsEstimate?: number
  stage(job: StageJob): Promise<StagedFile>
}

export interface StageJob {
  stage: Stage
  /** What the staged files are called, without ending. */
  name: string
  signal: AbortSignal
  /** Rows of this file so far. */
  progress(rows: number): void
}

export interface StagedFile {
  parts: StagedPart[]
  rows: number
  /** Counted by another reader than the one that staged them. */
  counted?: number
}
