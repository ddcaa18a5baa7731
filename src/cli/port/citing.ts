import type { Citation } from '../../history/citations.ts'
import type { CitationCheck } from '../../query/citing/cite.ts'

/** `cite --json`, and an element of `cite list --json`. */
export type CitationFacts = Citation

export type { CitationCheck } from '../../query/citing/cite.ts'

/** What the command line wants of citations. */
export interface CitingPort {
  /** Runs a statement and keeps what it gave, to be quoted. Throws `citation_refused`, and what the query throws. */
  cite(sql: string, options: { at?: string; signal: AbortSignal }): Promise<CitationFacts>
  /** Runs it again; `named` is a citation's name, or a file that holds one. Throws `citation_missing`. */
  citeCheck(named: string, options: { signal: AbortSignal }): Promise<CitationCheck>
  citeList(): Promise<CitationFacts[]>
  /** Throws `citation_missing`. */
  citeRemove(name: string): Promise<CitationFacts>
}
