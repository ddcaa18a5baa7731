import { BlotterError, type ErrorContext } from '../../errors.ts'
import { BATCHES_TABLE } from '../../history/ledger.ts'
import { loadTable, snapshotOf } from '../../lake/table.ts'
import type { RunContext } from './context.ts'

/** Columns of a source as the newest batch found them, kept in the summary of its snapshot of `history.batches`. */
export const SOURCE_COLUMNS = 'blotter.source-columns'

export function holdIfEmpty(context: RunContext, extracted: { rows: number; swept: number }): void {
  if (!context.source.internal && extracted.rows === 0 && extracted.swept === 0) {
    holdRun(context, 'source_empty', `The source ${context.source.url} has no rows.`, { rows: 0 })
  }
}

export function holdIfKeyless(
  context: RunContext,
  extracted: { swept: number },
  checked: { read: number; quarantine: { byRule: Record<string, number> } },
): void {
  const keyless = checked.quarantine.byRule['key_missing'] ?? 0
  const { keylessMax } = context.guards
  // An incremental run reads only the rows that differ and those without a key, which are a part of the whole source.
  const all = Math.max(checked.read, extracted.swept + keyless)
  if (keyless > keylessMax * all) {
    holdRun(context, 'keyless', `${keyless} of ${all} rows have no key, more than ${percent(keylessMax)}.`, {
      keyless,
      rows: all,
      limit: keylessMax,
    })
  }
}

export function holdIfVanished(context: RunContext, vanished: number, before: number): void {
  const { vanishedMax } = context.guards
  if (vanished > vanishedMax * before) {
    holdRun(
      context,
      'vanished',
      `${vanished} of ${before} incidents are gone from the source, more than ${percent(vanishedMax)}.`,
      {
        vanished,
        before,
        limit: vanishedMax,
      },
    )
  }
}

/** The declared columns that a source has, each with the source's own word for its type. */
export interface SourceColumns {
  /** `mysql`, `file`, …: types are compared between batches of one kind of source only. */
  scheme: string
  types: Readonly<Record<string, string>>
}

/** What a later batch compares its columns with; lengths are left out: a longer text is not another type. */
export function sourceColumnsOf(
  url: string,
  { found }: { found: ReadonlyMap<string, { declared: string }> },
): SourceColumns {
  const types = [...found].map(([name, { declared }]) => [name, declared.replace(/\(.*?\)/g, '').trim()])
  return { scheme: url.split(':', 1)[0]!, types: Object.fromEntries(types) as Record<string, string> }
}

/** Columns as the newest batch found them in its source; a batch out of the lake itself passes them on. */
export async function knownSourceColumns({ lake }: RunContext): Promise<SourceColumns | undefined> {
  const entry = await lake.catalog.entry(BATCHES_TABLE)
  if (!entry) return undefined
  const table = await loadTable(lake.storage, BATCHES_TABLE, entry.metadataLocation)
  const known = snapshotOf(table)?.summary[SOURCE_COLUMNS]
  return known === undefined ? undefined : (JSON.parse(known) as SourceColumns)
}

/** What files of text say of the type of every column. */
const UNTYPED = new Set(['text', 'JSON'])

/** Holds if a column that the batch before had is gone, or its type is another one. Texts of files promise no type. */
export async function holdIfColumnsChanged(context: RunContext, now: SourceColumns): Promise<void> {
  const before = await knownSourceColumns(context)
  if (!before) return
  const comparable = before.scheme === now.scheme
  for (const [name, type] of Object.entries(before.types)) {
    const found = now.types[name]
    const typed = comparable && !UNTYPED.has(type) && !UNTYPED.has(found ?? '')
    if (found === type || (found !== undefined && !typed)) continue
    const message =
      found === undefined
        ? `The column ${name} that the batch before had is gone from the source.`
        : `The column ${name} was ${type} in the batch before and is ${found} now.`
    const guard = found === undefined ? 'column_gone' : 'column_type'
    holdRun(context, guard, message, { column: name, before: type, now: found ?? null })
  }
}

function percent(part: number): string {
  return `${Number((part * 100).toFixed(4))} %`
}

/** Holds a run for what a guard saw, unless a person has let it pass. Throws `run_held`. */
export function holdRun(context: RunContext, guard: string, message: string, numbers: ErrorContext): void {
  if (context.released) return
  throw new BlotterError('run_held', `${message} The run is held; nothing was committed.`, {
    todo: `If this is right, \`blotter runs release ${context.run}\` carries the run to its end; \`blotter runs terminate ${context.run}\` drops it.`,
    context: { guard, run: context.run, ...numbers },
  })
}
