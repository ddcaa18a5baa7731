import type { Engine, Row } from '../engine/engine.ts'
import { BlotterError } from '../errors.ts'
import { type LakeView, scanAsOf } from '../history/as-of.ts'
import { batchName, lifeOf, type ToldChange, toldIncident } from '../history/diff.ts'
import { BATCHES_TABLE, CHANGES_TABLE } from '../history/ledger.ts'
import { filesWithAny } from '../lake/read/prune.ts'
import { scanSql } from '../lake/read/read.ts'
import type { Storage } from '../lake/storage.ts'
import type { BatchAt } from '../model/batch-at.ts'
import type { Pipeline } from '../model/pipeline.ts'
import { identifier } from '../model/sql-text.ts'
import { keyOf } from './key.ts'

/** What every batch did to one incident: `history ID --json`. */
export interface IncidentLife {
  id: string
  /** The batch that first saw it: the baseline, where the ledger does not tell of its coming. */
  entered: BatchAt
  /** `by_restore` where a restore, not the source, changed the incident. */
  changes: (Omit<ToldChange, 'id'> & { batch_at: BatchAt; by_restore?: true })[]
  now: Row | null
}

/** The life of an incident up to a batch. Throws `usage` for what is no key, `incident_missing` where no batch has seen it. */
export async function incidentLife(
  engine: Engine,
  { storage, pipeline, view, batchAt }: { storage: Storage; pipeline: Pipeline; view: LakeView; batchAt: BatchAt },
  text: string,
): Promise<IncidentLife> {
  const key = knownKey(text, pipeline)
  const part = async (table: string): Promise<string> => {
    const scan = await scanAsOf(storage, view, table, batchAt)
    return scanSql(filesWithAny(scan, pipeline.source.key, [String(key)]))
  }
  const [ledger, raw] = [await part(CHANGES_TABLE), await part(pipeline.rawName)]
  const batches = scanSql(await scanAsOf(storage, view, BATCHES_TABLE, batchAt))
  const [now] = await engine.rows(`SELECT * FROM (${raw}) WHERE ${identifier(pipeline.source.key)} = ${key}`)
  const life = await lifeOf(engine, pipeline.source, ledger, key)
  if (!now && life.length === 0) throw unknownIncident(text)
  // Not by the snapshots of the restores, which expire.
  const known = await engine.rows(`SELECT batch_at, kind FROM (${batches}) ORDER BY batch_at`)
  const restores = new Set(known.filter((row) => row['kind'] === 'restore').map((row) => batchName(row['batch_at'])))
  const changes = life.map(({ id: _, ...change }) =>
    restores.has(change.batch_at) ? { ...change, by_restore: true as const } : change,
  )
  const entered = changes[0]?.before === null ? changes[0].batch_at : batchName(known[0]?.['batch_at'])
  return { id: text, entered, changes, now: presentOf(pipeline, now) }
}

/** The incident as it stands, with the batch that brought it. */
function presentOf({ source }: Pipeline, row: Row | undefined): Row | null {
  if (!row) return null
  const { batch_at, ...incident } = row
  return { ...toldIncident(source, incident), batch_at: batchName(batch_at) }
}

function knownKey(text: string, pipeline: Pipeline): bigint {
  const key = keyOf(text)
  if (key !== undefined) return key
  throw new BlotterError(
    'usage',
    `"${text}" is no ${pipeline.source.key} of an incident: expected a whole number of 64 bits.`,
    {
      todo: `Find it with \`blotter query "select ${pipeline.source.key} from ${pipeline.rawName} where …"\`.`,
      context: { given: text },
    },
  )
}

function unknownIncident(text: string): BlotterError {
  return new BlotterError('incident_missing', `No batch of this lake has seen an incident ${text}.`, {
    todo: 'Check the number; `blotter query` finds incidents by anything else.',
    context: { id: text },
  })
}
