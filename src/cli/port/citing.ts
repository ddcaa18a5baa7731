import type { Citation } from '../../history/citations.ts'
import type { CitationCheck } from '../../query/citing/cite.ts'

/** What the command line wants of citations. */
export interface CitingPort {
  /** Runs a statement and keeps what it gave, to be quoted. Throws `citation_refused`, and what the query throws. */
  cite(sql: string, options: { at?: string; signal: AbortSignal }): Promise<Citation>
  /** Runs it again; `named` is a citation's name, or a file that holds one. Throws `citation_missing`. */
  citeCheck(named: string, options: { signal: AbortSignal }): Promise<CitationCheck>
  citeList(): Promise<Citation[]>
  /** Throws `citation_missing`. */
  citeRemove(name: string): Promise<Citation>
}
