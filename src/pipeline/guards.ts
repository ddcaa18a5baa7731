import { BlotterError, type ErrorContext } from '../errors.ts'
import { BATCHES_TABLE } from '../history/ledger.ts'
import { loadTable, snapshotOf } from '../lake/table.ts'
import type { RunContext } from './context.ts'

/** What guards need to know of an extraction. */
interface Extracted {
  rows: number
  swept: number
  columns: readonly { name: string; declared: string }[]
}

/** Columns of a source as the newest batch found them, kept in the summary of its snapshot of `history.batches`. */
export const SOURCE_COLUMNS = 'blotter.source-columns'

export function holdIfEmpty(context: RunContext, extracted: Extracted): void {
  if (extracted.rows === 0 && extracted.swept === 0) {
    hold(context, 'source_empty', `The source ${context.source.url} has no rows.`, { rows: 0 })
  }
}

export function holdIfKeyless(
  context: RunContext,
  checked: { read: number; quarantine: { byRule: Record<string, number> } },
): void {
  const keyless = checked.quarantine.byRule['key_missing'] ?? 0
  const { keylessMax } = context.guards
  if (keyless > keylessMax * checked.read) {
    hold(context, 'keyless', `${keyless} of ${checked.read} rows have no key, more than ${percent(keylessMax)}.`, {
      keyless,
      read: checked.read,
      limit: keylessMax,
    })
  }
}

export function holdIfVanished(context: RunContext, vanished: number, before: number): void {
  const { vanishedMax } = context.guards
  if (vanished > vanishedMax * before) {
    hold(
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

/** Holds if a column that the batch before had is gone, or its type is another one. */
export async function holdIfColumnsChanged(context: RunContext, extracted: Extracted): Promise<void> {
  const entry = await context.lake.catalog.entry(BATCHES_TABLE)
  if (!entry) return
  const table = await loadTable(context.lake.storage, BATCHES_TABLE, entry.metadataLocation)
  const known = snapshotOf(table)?.summary[SOURCE_COLUMNS]
  if (known === undefined) return
  const before = JSON.parse(known) as { scheme: string; columns: Record<string, string> }
  if (before.scheme !== schemeOf(context.source.url)) return
  const now = Object.fromEntries(extracted.columns.map((column) => [column.name, column.declared]))
  for (const [name, declared] of Object.entries(before.columns)) {
    const found = now[name]
    if (found === declared) continue
    const message =
      found === undefined
        ? `The column ${name} that earlier batches had is gone from the source.`
        : `The column ${name} was ${declared} in the batch before and is ${found} now.`
    hold(context, found === undefined ? 'column_gone' : 'column_type', message, {
      column: name,
      before: declared,
      now: found ?? null,
    })
  }
}

export function sourceColumnsOf(url: string, columns: Extracted['columns']): string {
  return JSON.stringify({
    scheme: schemeOf(url),
    columns: Object.fromEntries(columns.map((column) => [column.name, column.declared])),
  })
}

function schemeOf(url: string): string {
  return url.split(':', 1)[0]!
}

function percent(part: number): string {
  return `${Number((part * 100).toFixed(4))} %`
}

function hold(context: RunContext, guard: string, message: string, numbers: ErrorContext): void {
  if (context.released) return
  throw new BlotterError('run_held', `${message} The run is held; nothing was committed.`, {
    todo: `If this is right, \`blotter runs release ${context.run}\` carries the run to its end; \`blotter runs terminate ${context.run}\` drops it.`,
    context: { guard, run: context.run, ...numbers },
  })
}
