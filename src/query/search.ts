import type { Row } from '../engine/engine.ts'
import { batchName, toldIncident } from '../history/diff.ts'
import type { Scan } from '../lake/read/plan.ts'
import { filesWithAny } from '../lake/read/prune.ts'
import { scanSql } from '../lake/read/read.ts'
import type { BatchAt } from '../model/batch-at.ts'
import type { SourceDefinition } from '../model/pipeline.ts'
import { identifier, literal } from '../model/sql-text.ts'
import { keyOf } from './key.ts'

interface Queries {
  rows(sql: string): Promise<Row[]>
}

/** An incident that fits what somebody looked for. */
export interface FoundIncident {
  id: number | string
  /** The column that holds what was looked for. */
  found_by: string
  /** As it is as of the batch; as it last was where it has vanished. */
  incident: Row
  /** True where the incident is not there as of the batch. */
  is_gone: boolean
  /** The batch that brought this version, or that found it gone. */
  batch_at: BatchAt
}

/**
 * Incidents whose key or one of whose search columns is `text`, in any case, those that are gone by their key alone; 20 at
 * most. Only files whose bounds allow it are opened.
 */
export async function findIncidents(
  engine: Queries,
  source: SourceDefinition,
  { raw, ledger }: { raw: Scan; ledger: Scan },
  text: string,
): Promise<FoundIncident[]> {
  const wanted = text.trim()
  const key = keyOf(text)
  const spellings = [...new Set([wanted, wanted.toUpperCase(), wanted.toLowerCase()])]
  // A pipeline may have columns that came after the batch.
  const sought = (source.search ?? []).filter((column) => raw.schema.fields.some(({ name }) => name === column))
  const columns = [...(key === undefined ? [] : [source.key]), ...sought]
  const found: FoundIncident[] = []
  for (const column of columns) {
    const values = column === source.key ? [String(key)] : spellings
    const listed = values.map((value) => (column === source.key ? value : literal(value))).join(', ')
    const rows = await engine.rows(
      `SELECT * FROM (${scanSql(filesWithAny(raw, column, values))}) WHERE ${identifier(column)} IN (${listed})
       ORDER BY ${identifier(source.key)} LIMIT ${MOST}`,
    )
    for (const { batch_at, ...row } of rows) {
      const incident = toldIncident(source, row)!
      const at = batchName(batch_at)
      found.push({ id: incident[source.key] as number | string, found_by: column, incident, is_gone: false, batch_at: at })
    }
    if (rows.length === 0 && column === source.key) found.push(...(await gone(engine, source, ledger, key!)))
  }
  const known = new Set<string>()
  return found.filter(({ id }) => !known.has(String(id)) && known.add(String(id))).slice(0, MOST)
}

const MOST = 20

async function gone(engine: Queries, source: SourceDefinition, ledger: Scan, key: bigint): Promise<FoundIncident[]> {
  const part = scanSql(filesWithAny(ledger, source.key, [String(key)]))
  const [row] = await engine.rows(
    `SELECT batch_at, before FROM (${part}) WHERE ${identifier(source.key)} = ${key} ORDER BY batch_at DESC LIMIT 1`,
  )
  const incident = toldIncident(source, row?.['before'])
  if (!row || !incident) return []
  const id = incident[source.key] as number | string
  return [{ id, found_by: source.key, incident, is_gone: true, batch_at: batchName(row['batch_at']) }]
}
