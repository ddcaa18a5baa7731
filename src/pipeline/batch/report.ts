import type { Lake } from '../../catalog/lake.ts'
import type { Engine } from '../../engine/engine.ts'
import { batchFacts, findingsIn } from '../../history/batches.ts'
import { type LakeView, scanAsOf, scansAsOf } from '../../history/as-of.ts'
import { BATCHES_TABLE } from '../../history/ledger.ts'
import { scanSql } from '../../lake/read/read.ts'
import { snapshotOf } from '../../lake/table.ts'
import type { BatchAt } from '../../model/batch-at.ts'
import type { Pipeline } from '../../model/pipeline.ts'
import type { RunReport, RunState, StepReport } from '../../model/report.ts'
import { literal } from '../../model/sql-text.ts'
import type { CheckedRows } from '../../quality/check.ts'
import type { CommitOutput } from '../steps/commit.ts'
import { warningsOf } from '../steps/commit.ts'
import type { ExtractOutput } from '../steps/extract.ts'
import type { LandOutput } from '../steps/land.ts'
import { tableSpecs } from '../definition/tables.ts'

/** A run's report from what its steps have told so far; what no step has told yet is zero or empty. */
export function reportOfRun(
  run: { run: string; batch_at: BatchAt; full: boolean; restore?: object | undefined },
  result: { state: RunState; steps: StepReport[]; outputs: Record<string, unknown> },
): RunReport {
  const { extract, check, land, commit } = result.outputs as {
    extract?: ExtractOutput
    check?: CheckedRows
    land?: LandOutput
    commit?: CommitOutput
  }
  return {
    run: run.run,
    batch_at: run.batch_at,
    kind: extract?.mode ?? (run.restore ? 'restore' : run.full ? 'full' : 'incremental'),
    state: result.state,
    steps: result.steps,
    rows: {
      read: check?.read ?? extract?.rows ?? 0,
      landed: land?.landed ?? 0,
      unchanged: land?.unchanged ?? 0,
      quarantined: check?.quarantine.rows ?? 0,
      swept: extract?.swept ?? 0,
    },
    repairs: check?.repairs ?? {},
    warnings: check ? warningsOf(check, land) : {},
    changes: land?.counts ?? {},
    tables: commit?.tables ?? [],
  }
}

/** A committed batch's report from the lake alone, for when its run is not on record any more. */
export async function reportOfBatch(
  lake: Lake,
  engine: Engine,
  pipeline: Pipeline,
  view: LakeView,
  batchAt: BatchAt,
): Promise<RunReport> {
  const ledger = await scanAsOf(lake.storage, view, BATCHES_TABLE, batchAt)
  const [row] = await engine.rows(`SELECT * FROM (${scanSql(ledger)}) WHERE batch_at = timestamptz ${literal(batchAt)}`)
  const facts = batchFacts(pipeline.raw, row ?? {})
  const table = (name: string) => view.tables.find((candidate) => candidate.name === name)!
  const { repairs = {}, warnings = {} } = findingsIn(table(BATCHES_TABLE)).get(batchAt) ?? {}
  const scans = await scansAsOf(lake.storage, view, batchAt)
  const tables = tableSpecs(pipeline).flatMap((spec) => {
    const scan = scans.find((candidate) => candidate.table === spec.name)
    return scan
      ? [{ name: spec.name, snapshot_id: String(snapshotOf(table(spec.name), batchAt)!['snapshot-id']), rows: scan.rows }]
      : []
  })
  return { ...facts, state: 'succeeded', steps: [], repairs, warnings, tables }
}
