import { join } from 'node:path'
import { literal } from '../model/sql-text.ts'
import type { Extracted, ExtractOptions, SourceView, StagedPart } from '../source/source.ts'
import { compareAsSwept, type Known } from './compare-as-swept.ts'
import { compareKeys } from './compare-keys.ts'

/** What an incremental extraction needs to know of the lake and of how values are read. */
export interface SweepInput {
  view: SourceView
  options: ExtractOptions
  /** The source's own names of key and cursor. */
  key: string
  cursor: string
  known: Known
  /** SELECT of keys (column `key`) that are read again even if their cursor is the lake's. */
  again?: string | undefined
  /** SQL that reads key and cursor of a staged part as what they are declared to be, NULL where they cannot be read. */
  read(part: StagedPart): { key: string; cursor: string }
}

export interface Sweep extends Extracted {
  /** Keys that were compared. */
  swept: number
  /** Rows that were looked at: those whose key cannot be read, or that fit no shape, included. */
  seen: number
  /** Parquet file of the keys (column `key`) that the lake has and the source has not. */
  vanished: string
}

/**
 * Compares keys and cursors of the whole source with the lake's, equal or not, and reads only the rows that differ: new,
 * changed, late and re-inserted ones. A key that stands several times in a source is read in all its versions.
 */
export async function sweepSource(input: SweepInput): Promise<Sweep> {
  const { view, options, again } = input
  const { stage } = options
  const native = view.sweep !== undefined && view.fetch !== undefined
  // What is to be read again must not be dropped for being equal.
  const comparing = again === undefined ? compareAsSwept(stage, input.known) : undefined
  const read = native
    ? await view.sweep!({ ...options, stage: comparing?.stage ?? stage, key: input.key, cursor: input.cursor })
    : await view.extract(options)
  const compared = native ? await comparing?.finish() : undefined
  const current = compared ? `SELECT key, cursor FROM ${parquet(compared.files)}` : input.known.select
  const rows = await compareKeys(stage, { swept: sweptKeys(read.parts, input), current, again })
  const vanished = join(stage.folder, 'vanished.parquet')
  await stage.writeParquet('SELECT key FROM vanished_keys ORDER BY key', vanished)
  const fetched = native ? await fetchRows(input) : await pickRows(read.parts, input)
  for (const table of ['vanished_keys', 'differing_keys']) await stage.run(`DROP TABLE ${table}`)
  const swept = rows + (compared?.equal ?? 0)
  return { ...fetched, swept, seen: read.rows, vanished, ...(read.counted === undefined ? {} : { counted: read.counted }) }
}

function sweptKeys(parts: readonly StagedPart[], input: SweepInput): string {
  const selects = parts
    .filter((part) => part.rule === undefined && part.rows > 0)
    .map((part) => {
      const { key, cursor } = input.read(part)
      return `SELECT ${key} AS key, ${cursor} AS cursor FROM ${parquet(part.files)}`
    })
  return selects.join(' UNION ALL ') || 'SELECT NULL::BIGINT AS key, NULL::TIMESTAMP AS cursor LIMIT 0'
}

const KEYS_PER_FETCH = 2000

async function fetchRows(input: SweepInput): Promise<Extracted> {
  const { stage } = input.options
  const [count] = await stage.rows('SELECT count(*) AS n FROM differing_keys')
  const differing = Number(count?.['n'] ?? 0)
  const keys = async function* (): AsyncGenerator<bigint[]> {
    let least = -(2n ** 63n)
    for (let done = 0; done < differing; done += KEYS_PER_FETCH) {
      const rows = await stage.rows(
        `SELECT key FROM differing_keys WHERE key >= ${least} ORDER BY key LIMIT ${KEYS_PER_FETCH}`,
      )
      const batch = rows.map((row) => row['key'] as bigint)
      if (batch.length === 0) return
      least = batch.at(-1)! + 1n
      yield batch
    }
  }
  return input.view.fetch!({ ...input.options, key: input.key, keys: keys() })
}

/** For sources that can only be read whole: the same rows out of what is staged already, with all that cannot be read. */
async function pickRows(parts: readonly StagedPart[], input: SweepInput): Promise<Extracted> {
  const { stage } = input.options
  const picked: StagedPart[] = []
  for (const [i, part] of parts.entries()) {
    if (part.rule !== undefined || part.rows === 0) {
      picked.push(part)
      continue
    }
    const file = join(stage.folder, `differing-${i + 1}.parquet`)
    const { key } = input.read(part)
    const wanted = `${key} IS NULL OR ${key} IN (SELECT key FROM differing_keys)`
    const { rows } = await stage.writeParquet(`SELECT * FROM ${parquet(part.files)} WHERE ${wanted}`, file)
    picked.push({ ...part, files: [file], rows })
  }
  return { parts: picked, rows: picked.reduce((sum, part) => sum + part.rows, 0) }
}

/** Files as a table in SQL. */
function parquet(files: readonly string[]): string {
  return `read_parquet([${files.map(literal).join(', ')}], hive_partitioning = false)`
}
