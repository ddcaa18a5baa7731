import { BATCHES_TABLE } from '../../history/ledger.ts'
import { planScan } from '../../lake/read/plan.ts'
import { loadTable, snapshotOf, tagsOf } from '../../lake/table.ts'
import { literal } from '../../model/sql-text.ts'
import type { StepVerdict } from '../../orchestrate/run/step.ts'
import type { CheckedRows } from '../../quality/check.ts'
import type { RunContext } from '../batch/context.ts'
import { tableSpecs } from '../definition/tables.ts'
import { loadStaged } from '../batch/work-files.ts'
import type { ExtractOutput } from './extract.ts'
import type { LandOutput } from './land.ts'
import type { DeriveOutput } from './transform.ts'

/**
 * What each step is judged by, after it has said that it is done: rows in the footers of files, files in the lake, the
 * catalog's own word. A step that says one thing and has done another fails.
 */
export const EVIDENCE = {
  async extract(context: RunContext, { parts, rows, mode }: ExtractOutput): Promise<StepVerdict> {
    if (mode === 'restore') return 'succeeded'
    let counted = 0
    for (const part of parts) counted += await footerRows(context, part.files)
    return counted === rows ? 'succeeded' : { failed: `${rows} rows were read, and the staged files hold ${counted}.` }
  },

  async check(context: RunContext, { good, quarantine, read, collapsed }: CheckedRows): Promise<StepVerdict> {
    const counted = (await footerRows(context, [good.file])) + (await footerRows(context, [quarantine.file]))
    const told = read - collapsed
    return counted === told ? 'succeeded' : { failed: `${told} rows were checked, and the files hold ${counted}.` }
  },

  async land(context: RunContext, { after }: LandOutput): Promise<StepVerdict> {
    const { table } = await loadStaged(context.folder, context.pipeline.rawName)
    const { rows, rowsExact } = await planScan(context.lake.storage, table, snapshotOf(table))
    // Deletes of other writers may name a row twice: then the manifests do not say how many there are.
    return rows === after || !rowsExact
      ? 'succeeded'
      : { failed: `The raw table should hold ${after} rows, and its manifests say ${rows}.` }
  },

  async derive(context: RunContext, { changed }: DeriveOutput): Promise<StepVerdict> {
    for (const name of changed) {
      const { table } = await loadStaged(context.folder, name)
      const { files } = await planScan(context.lake.storage, table, snapshotOf(table))
      for (const { file } of files) {
        if (!(await context.lake.storage.exists(file.file_path))) return { failed: `${file.file_path} is not there.` }
      }
    }
    return changed.length > 0 ? 'succeeded' : 'skipped'
  },

  async commit(context: RunContext): Promise<StepVerdict> {
    for (const { name } of tableSpecs(context.pipeline)) {
      if (!(await hasBatch(context, name))) return { failed: `The catalog does not have the batch in ${name}.` }
    }
    return 'succeeded'
  },
}

/** Whether the batch is committed: `history.batches` is written last. */
export function isCommitted(context: RunContext): Promise<boolean> {
  return hasBatch(context, BATCHES_TABLE)
}

async function hasBatch({ lake, batchAt }: RunContext, name: string): Promise<boolean> {
  const entry = await lake.catalog.entry(name)
  return entry !== undefined && tagsOf(await loadTable(lake.storage, name, entry.metadataLocation)).has(batchAt)
}

async function footerRows({ engine }: RunContext, files: readonly string[]): Promise<number> {
  if (files.length === 0) return 0
  const list = files.map(literal).join(', ')
  const [row] = await engine.rows(`SELECT coalesce(sum(num_rows), 0) AS n FROM parquet_file_metadata([${list}])`)
  return Number(row?.['n'])
}
