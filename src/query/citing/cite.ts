import { BlotterError } from '../../errors.ts'
import { type Citation, citationName } from '../../history/citations.ts'
import type { BatchAt } from '../../model/batch-at.ts'
import { resultSha256 } from '../canonical.ts'
import type { ReaderSetup } from '../reader.ts'
import { type BatchScans, batchScans } from '../sandbox/batch-scans.ts'
import type { QueryLimits, ResultForm } from '../sandbox/protocol.ts'
import type { SandboxedQuery } from '../sandbox/hear-answer.ts'
import type { SandboxedResult } from '../sandbox/sandbox.ts'
import { sameLines } from './same-lines.ts'

/** Runs queries: in processes of their own for a console, in this one for the command line. */
export interface QueryRunner {
  run(query: SandboxedQuery, signal: AbortSignal): Promise<SandboxedResult>
}

export interface Citing {
  setup: ReaderSetup
  runner: QueryRunner
  limits: QueryLimits
}

/** A citation without what only who makes it knows. */
export type Cited = Omit<Citation, 'code_version' | 'cited_at' | 'cited_by'>

/** `cite check --json`. */
export interface CitationCheck {
  citation: string
  is_same: boolean
  batch_at: BatchAt
  expected: { rows: number; sha256: string }
  found: { rows: number; sha256: string }
  /** True where only the last digits of floating-point numbers differ, as they may by the order in which they are added. */
  within_rounding: boolean
}

/** Results up to so many rows and bytes are kept in the citation itself. */
const KEPT_ROWS = 1000
const KEPT_BYTES = 256 * 1024

/**
 * Runs a statement as of a batch, twice, and says what there is to cite. Throws `citation_refused` for a result that is not the
 * same twice, that asks for time or chance, or that reads a table that no batch keeps; and what the query throws.
 */
export async function citeResult(citing: Citing, sql: string, ref: string, signal: AbortSignal): Promise<Cited> {
  const first = await resultOf(citing, sql, await pinnedScans(citing, ref), signal)
  const { batchAt, refs } = first.scans
  const again = await resultOf(citing, sql, await pinnedScans(citing, batchAt, refs), signal)
  if (!isSame(first, again)) throw notTheSame()
  const { columns, lines, sha256 } = first
  const parts = { query: sql, batch_at: batchAt, refs: { ...refs }, sha256 }
  const isSmall = lines.length <= KEPT_ROWS && lines.join('\n').length <= KEPT_BYTES
  return {
    citation: citationName(parts),
    ...parts,
    columns: columns.map(({ name, type }) => ({ name, type })),
    rows: lines.length,
    ...(isSmall ? { result: lines.toSorted() } : {}),
  }
}

/** Runs the statement again as of the batches that it was of. Throws `batch_missing` if one is gone, and what the query throws. */
export async function checkCitation(citing: Citing, citation: Citation, signal: AbortSignal): Promise<CitationCheck> {
  const { citation: name, query, batch_at, refs, rows, sha256, result } = citation
  refuseAltered(citation)
  const found = await resultOf(citing, query, await pinnedScans(citing, batch_at, refs), signal)
  const isExact = found.sha256 === sha256
  const isClose = !isExact && result !== undefined && sameLines(result, found.lines)
  return {
    citation: name,
    is_same: isExact || isClose,
    batch_at,
    expected: { rows, sha256 },
    found: { rows: found.lines.length, sha256: found.sha256 },
    within_rounding: isClose,
  }
}

/** Throws `lake_damaged` where the result that a citation keeps is not the one of its hash: whoever reads it is told something else. */
export function refuseAltered({ citation, result, sha256 }: Citation): void {
  if (result === undefined || resultSha256(result) === sha256) return
  throw new BlotterError(
    'lake_damaged',
    `The citation ${citation} was changed: the result in it is not the one of its hash.`,
    {
      todo: 'Put the file back from a backup, or remove the citation and cite the statement again.',
      context: { citation },
    },
  )
}

/** The batch's own tables: those of other engines are as they are now. */
async function pinnedScans({ setup }: Citing, ref: string, meant?: Readonly<Record<string, BatchAt>>): Promise<BatchScans> {
  const scans = await batchScans(setup, ref, meant)
  return { ...scans, tables: scans.tables.filter((name) => !scans.foreign.includes(name)) }
}

async function resultOf({ runner, limits }: Citing, sql: string, scans: BatchScans, signal: AbortSignal) {
  const form: ResultForm = 'canonical'
  const { batchAt, tables, functions, scan } = scans
  try {
    await using result = await runner.run({ sql, batchAt, tables, functions, scan, form, limits }, signal)
    const lines = result.text === '' ? [] : result.text.slice(0, -1).split('\n')
    return { scans, columns: result.columns, lines, sha256: resultSha256(lines) }
  } catch (error) {
    throw asUnpinned(error, sql, scans.foreign) ?? error
  }
}

function isSame(a: { sha256: string; lines: readonly string[] }, b: { sha256: string; lines: readonly string[] }): boolean {
  return a.sha256 === b.sha256 || sameLines(a.lines, b.lines)
}

function asUnpinned(error: unknown, sql: string, foreign: readonly string[]): BlotterError | undefined {
  if (!(error instanceof BlotterError) || error.code !== 'query_failed') return undefined
  const table = foreign.find((name) => sql.toLowerCase().includes(name.toLowerCase()))
  if (table === undefined) return undefined
  return new BlotterError(
    'citation_refused',
    `This cannot be cited: no batch keeps ${table}, another engine’s table, as it is now.`,
    {
      todo: 'Cite what reads Blotter’s own tables alone.',
      context: { table },
      cause: error,
    },
  )
}

function notTheSame(): BlotterError {
  return new BlotterError('citation_refused', 'This cannot be cited: run twice, it gave two different results.', {
    todo: 'Add an ORDER BY that leaves no ties before each LIMIT, and in first(), list() and string_agg().',
  })
}
