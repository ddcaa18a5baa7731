import { readFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import type { Lake } from '../../catalog/lake.ts'
import type { Clock } from '../../clock.ts'
import type { Engine } from '../../engine/engine.ts'
import { BlotterError } from '../../errors.ts'
import {
  type Citation,
  citationMissing,
  isCitationName,
  listCitations,
  parseCitation,
  readCitation,
  removeCitation,
  writeCitation,
} from '../../history/citations.ts'
import { viewLake } from '../../history/as-of.ts'
import type { Pipeline } from '../../model/pipeline.ts'
import { checkCitation, type Citing, citeResult } from '../../query/citing/cite.ts'
import { runHere } from '../../query/citing/run-here.ts'
import type { QueryLimits } from '../../query/sandbox/protocol.ts'

export interface CitingParts {
  clock: Clock
  codeVersion: string
  pipeline: Pipeline
  lakeExists(): boolean
  lake(create: boolean): Lake
  openEngine(): Promise<Engine>
}

/** What is quoted is small; more than this is no citation but a copy. */
export const CITED = { rows: 100_000, resultBytes: 64 << 20 } as const

/** Who runs it in this process may take the time and memory that the process has. */
const HERE: QueryLimits = { ...CITED, timeMs: Infinity, memoryBytes: 0, threads: 2, spillBytes: 2 ** 50 }

/** The verbs on results that are quoted and run again; who asks is the owner of this process. */
export function citing(parts: CitingParts) {
  const here = (): Citing => ({ ...citingSetup(parts), runner: runHere(parts.openEngine), limits: HERE })
  return {
    cite: async (sql: string, { at = 'latest', signal }: { at?: string; signal: AbortSignal }) =>
      keepCitation(parts, here(), { sql, at, by: userInfo().username }, signal),
    async citeCheck(named: string, { signal }: { signal: AbortSignal }) {
      const lake = parts.lake(false)
      return checkCitation(
        here(),
        isCitationName(named) ? await readCitation(lake, named) : await citationFile(named),
        signal,
      )
    },
    citeList: async () => (parts.lakeExists() ? listCitations(parts.lake(false)) : []),
    citeRemove: async (name: string) => removeCitation(parts.lake(false), name),
  }
}

export function citingSetup(parts: CitingParts): Pick<Citing, 'setup'> {
  return { setup: { lake: parts.lake(false), pipeline: parts.pipeline, openEngine: parts.openEngine } }
}

/**
 * Cites a result and keeps the citation with the lake, from where it keeps its batches from expiring. Throws `citation_refused`
 * where who cites has `most` of them already.
 */
export async function keepCitation(
  parts: CitingParts,
  how: Citing,
  { sql, at, by, most = Infinity }: { sql: string; at: string; by: string; most?: number },
  signal: AbortSignal,
): Promise<Citation> {
  const lake = parts.lake(false)
  const own = (await listCitations(lake)).filter((one) => one.cited_by === by)
  if (own.length >= most) throw tooMany(most)
  const cited = await citeResult(how, sql, at, signal)
  const { result, ...facts } = cited
  const citation: Citation = {
    ...facts,
    code_version: parts.codeVersion,
    cited_at: parts.clock.now().toISOString(),
    cited_by: by,
    ...(result ? { result } : {}),
  }
  const kept = await writeCitation(lake, citation)
  // Expiry looks for citations before it commits: one that came too late for that finds its batch gone here.
  const { batches } = await viewLake(lake)
  const gone = [kept.batch_at, ...Object.values(kept.refs)].find((one) => !batches.some(({ batchAt }) => batchAt === one))
  if (gone === undefined) return kept
  await removeCitation(lake, kept.citation)
  throw new BlotterError('batch_missing', `The batch ${gone} expired while it was cited. No citation was kept.`, {
    todo: 'Cite a batch that `blotter batches` lists.',
    context: { batch_at: gone },
  })
}

function tooMany(most: number): BlotterError {
  return new BlotterError('citation_refused', `You have ${most} citations already. Nothing was cited.`, {
    todo: 'An operator can take those away that nobody quotes.',
  })
}

/** A citation that somebody was sent. */
async function citationFile(path: string): Promise<Citation> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch {
    throw citationMissing(path)
  }
  return parseCitation(text, path)
}
