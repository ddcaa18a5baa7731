import { createHash } from 'node:crypto'
import type { Lake } from '../catalog/lake.ts'
import { BlotterError } from '../errors.ts'
import { lakeDamaged } from '../lake/storage.ts'
import { type BatchAt, isBatchAt } from '../model/batch-at.ts'

/** A result that can be quoted: what was asked, of which batch, and what came of it. `cite --json` prints it. */
export interface Citation {
  /** Its name: the first 16 hexadecimal digits of a hash over query, batches and result, so that citing twice is citing once. */
  citation: string
  query: string
  batch_at: BatchAt
  /** Which batches the REFs in the query meant. */
  refs: Record<string, BatchAt>
  columns: { name: string; type: string }[]
  rows: number
  /** Of the result in its canonical form. */
  sha256: string
  /** What made the batch's tables and ran the query. */
  code_version: string
  cited_at: string
  cited_by: string
  /** The canonical lines of a small result, so that it can be read without the lake. */
  result?: string[]
}

/** Where citations lie: with the lake, as plain files, since the state folder may be lost and what was quoted may not. */
type Shelf = Pick<Lake, 'storage' | 'location'>

const NAME = /^[0-9a-f]{16}$/

export function isCitationName(text: string): boolean {
  return NAME.test(text)
}

export function citationName(parts: Pick<Citation, 'query' | 'batch_at' | 'refs' | 'sha256'>): string {
  const { query, batch_at, refs, sha256 } = parts
  const named = JSON.stringify([query, batch_at, Object.entries(refs).sort(), sha256])
  return createHash('sha256').update(named).digest('hex').slice(0, 16)
}

export function citationLocation({ location }: Pick<Lake, 'location'>, name: string): string {
  return `${location}/citations/${name}.json`
}

/** Throws `citation_missing`, `lake_damaged` for a file that is no citation. */
export async function readCitation(lake: Shelf, name: string): Promise<Citation> {
  const location = citationLocation(lake, name)
  if (!isCitationName(name) || !(await lake.storage.exists(location))) throw citationMissing(name)
  return parseCitation((await lake.storage.read(location)).toString('utf8'), location)
}

/** Throws `lake_damaged` naming `place`. */
export function parseCitation(text: string, place: string): Citation {
  let found: Partial<Citation>
  try {
    found = JSON.parse(text) as Partial<Citation>
  } catch (error) {
    throw lakeDamaged(place, 'is no citation: it is not JSON', error)
  }
  const { citation, query, batch_at, refs, columns, rows, sha256 } = found
  const fits =
    typeof query === 'string' &&
    isBatchAt(String(batch_at)) &&
    typeof refs === 'object' &&
    Object.values(refs).every((one) => isBatchAt(one)) &&
    Array.isArray(columns) &&
    typeof rows === 'number' &&
    /^[0-9a-f]{64}$/.test(String(sha256))
  if (!fits) throw lakeDamaged(place, 'is no citation: query, batch, columns, rows or hash are missing')
  const whole = found as Citation
  if (citationName(whole) !== citation) throw lakeDamaged(place, 'was changed: its name does not fit what it says')
  return whole
}

/** Keeps a citation; one that is there already stays as it was, and is returned. */
export async function writeCitation(lake: Shelf, citation: Citation): Promise<Citation> {
  const location = citationLocation(lake, citation.citation)
  if (await lake.storage.exists(location)) return readCitation(lake, citation.citation)
  await lake.storage.writeNew(location, Buffer.from(`${JSON.stringify(citation, null, 2)}\n`))
  return citation
}

/** From here on its batches may expire. Throws `citation_missing`. */
export async function removeCitation(lake: Shelf, name: string): Promise<Citation> {
  const citation = await readCitation(lake, name)
  await lake.storage.remove(citationLocation(lake, name))
  return citation
}

/** The names of all citations, as their files have them. */
export async function* citationNames(lake: Shelf): AsyncGenerator<string> {
  for await (const { location } of lake.storage.list(`${lake.location}/citations`)) {
    const [, name] = /([0-9a-f]{16})\.json$/.exec(location) ?? []
    if (name !== undefined) yield name
  }
}

/** All citations, newest first. Throws `lake_damaged` for a file among them that is none. */
export async function listCitations(lake: Shelf): Promise<Citation[]> {
  const found: Citation[] = []
  for await (const name of citationNames(lake)) found.push(await readCitation(lake, name))
  return found.sort((a, b) =>
    a.cited_at < b.cited_at ? 1 : a.cited_at > b.cited_at ? -1 : a.citation < b.citation ? -1 : 1,
  )
}

/** The batches that citations name: they must not expire, or nobody could check them any more. */
export async function citedBatches(lake: Shelf): Promise<Set<BatchAt>> {
  return new Set((await listCitations(lake)).flatMap(batchesOf))
}

/** The batches that a citation is of. */
export function batchesOf({ batch_at, refs }: Pick<Citation, 'batch_at' | 'refs'>): BatchAt[] {
  return [batch_at, ...Object.values(refs)]
}

export function citationMissing(name: string): BlotterError {
  return new BlotterError('citation_missing', `There is no citation ${name.slice(0, 200)}.`, {
    todo: '`blotter cite list` shows them.',
    context: { citation: name.slice(0, 200) },
  })
}
