import { BATCH_REPORT } from '../../history/batches.ts'
import { BATCHES_TABLE, changesColumn } from '../../history/ledger.ts'
import { kindNames } from '../../model/kinds.ts'
import { planScan } from '../../lake/read/plan.ts'
import { scanSql } from '../../lake/read/read.ts'
import { snapshotOf, tagsOf } from '../../lake/table.ts'
import type { BatchKind, RowCounts } from '../../model/report.ts'
import { identifier, literal } from '../../model/sql-text.ts'
import type { CheckedRows } from '../../quality/check.ts'
import type { RunContext } from '../batch/context.ts'
import { SOURCE_COLUMNS } from '../batch/guards.ts'
import { RESTORE } from '../../history/restore.ts'
import { stageTable } from '../batch/stage-table.ts'
import { writeRows } from '../batch/write-rows.ts'
import { evolvedSchema } from '../definition/evolve.ts'
import { openTable, tableSpecs } from '../definition/tables.ts'
import { loadStaged } from '../batch/work-files.ts'
import { commitStaged } from './commit-staged.ts'
import type { ExtractOutput } from './extract.ts'
import type { LandOutput } from './land.ts'

/** The batch's facts, as its report and `history.batches` tell them. */
export interface CommitOutput {
  kind: BatchKind
  rows: RowCounts
  tables: { name: string; snapshot_id: string; rows: number }[]
}

/** The warning that counts incidents which differ from the source and are held by a restore. */
const HELD = 'held_by_restore'

/** Writes the batch's row and moves all tables in one catalog transaction: the only moment at which anything becomes visible. */
export async function commitStep(
  context: RunContext,
  extracted: ExtractOutput,
  checked: CheckedRows,
  landed: LandOutput,
): Promise<CommitOutput> {
  const { lake, pipeline, batchAt } = context
  const kind = extracted.mode
  const rows: RowCounts = {
    read: checked.read,
    landed: landed.landed,
    unchanged: landed.unchanged,
    quarantined: checked.quarantine.rows,
    swept: extracted.swept,
  }
  const specs = tableSpecs(pipeline)
  const spec = specs.find(({ name }) => name === BATCHES_TABLE)!
  const batches = await openTable(lake, spec)
  const names = specs.map((spec) => spec.name)
  // After a crash between the commit and the note of it, the catalog knows better than the state database.
  if (!tagsOf(batches).has(batchAt)) {
    const facts = { repairs: checked.repairs, warnings: warningsOf(checked, landed), changes: landed.counts }
    const schema = evolvedSchema(batches, spec.schema)
    await stageTable(context, batches, {
      add: await writeRows(context, batches, await batchRow(context, kind, rows, landed), schema),
      remove: [],
      ...(schema ? { schema } : {}),
      summary: {
        [BATCH_REPORT]: JSON.stringify(facts),
        [SOURCE_COLUMNS]: JSON.stringify(extracted.columns),
        'blotter.source': context.source.url,
        ...(context.restore ? { [RESTORE]: JSON.stringify(context.restore) } : {}),
      },
    })
    await commitStaged(context, names)
  }
  const tables = []
  for (const name of names) {
    const staged = await loadStaged(context.folder, name)
    tables.push({ name, snapshot_id: String(snapshotOf(staged.table)!['snapshot-id']), rows: staged.rows })
  }
  return { kind, rows, tables }
}

/** What the rows were warned about, and how many of them a restore holds back. */
export function warningsOf(checked: CheckedRows, landed: LandOutput | undefined): Record<string, number> {
  return landed?.held ? { ...checked.warnings, [HELD]: landed.held } : checked.warnings
}

async function batchRow(context: RunContext, kind: BatchKind, rows: RowCounts, landed: LandOutput): Promise<string> {
  const { lake, pipeline, engine } = context
  const { source } = pipeline
  const raw = await loadStaged(context.folder, pipeline.rawName)
  const scan = await planScan(lake.storage, raw.table, snapshotOf(raw.table))
  const [cursor, occurred] = [identifier(source.cursor), identifier(source.occurred)]
  const [range] = landed.landedFile
    ? await engine.rows(`SELECT CAST(min(${cursor}) AS VARCHAR) AS low, CAST(max(${cursor}) AS VARCHAR) AS high,
        CAST(max(${occurred}) AS VARCHAR) AS newest FROM read_parquet(${literal(landed.landedFile)}, hive_partitioning = false)`)
    : []
  // The newest of all is no older than the newest that has landed: what is older is left out by the bounds of row groups.
  const since = typeof range?.['newest'] === 'string' ? ` WHERE ${occurred} >= timestamp ${literal(range['newest'])}` : ''
  const [newest] = await engine.rows(
    `SELECT CAST(max(${occurred}) AS VARCHAR) AS at FROM (${scanSql(scan, { columns: [source.occurred] })})${since}`,
  )
  const time = (value: unknown): string =>
    value === null || value === undefined ? 'NULL::TIMESTAMP' : `timestamp ${literal(String(value))}`
  const values: Record<string, string> = {
    batch_at: `timestamptz ${literal(context.batchAt)}`,
    run: literal(context.run),
    kind: literal(kind),
    rows: `${landed.after}::BIGINT`,
    rows_read: `${rows.read}::BIGINT`,
    rows_landed: `${rows.landed}::BIGINT`,
    rows_unchanged: `${rows.unchanged}::BIGINT`,
    rows_quarantined: `${rows.quarantined}::BIGINT`,
    rows_swept: `${rows.swept}::BIGINT`,
    ...Object.fromEntries(
      kindNames(pipeline.raw).map((name) => [changesColumn(name), `${landed.counts[name] ?? 0}::BIGINT`]),
    ),
    cursor_min: time(range?.['low']),
    cursor_max: time(range?.['high']),
    newest_incident: time(newest?.['at']),
    code_version: literal(context.codeVersion),
  }
  return `SELECT ${Object.entries(values)
    .map(([name, value]) => `${value} AS ${identifier(name)}`)
    .join(', ')}`
}
