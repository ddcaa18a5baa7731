import type { Catalog } from '../../../src/catalog/catalog.ts'
import { localStorage } from '../../../src/lake/local/storage.ts'
import { stageSnapshot, withMetadata, writeMetadata } from '../../../src/lake/write/stage.ts'
import { loadTable, snapshotOf, type Table } from '../../../src/lake/table.ts'
import { branchOf } from '../../../src/platform/spark/branches.ts'

const storage = localStorage()
const NOW = new Date('2026-11-23T06:00:00Z')

export async function loadFrom(catalog: Catalog, name: string): Promise<Table> {
  return loadTable(storage, name, (await catalog.entry(name))!.metadataLocation)
}

/** Leaves a table as Spark does: main where it was, if there is one, and a newer snapshot on the branch of the run. */
export async function writeBranch(catalog: Catalog, name: string, run: string, batch: string): Promise<void> {
  const table = await loadFrom(catalog, name)
  const main = snapshotOf(table)
  const summary = { 'blotter.run': run, 'blotter.batch': batch }
  const written = await stageSnapshot(storage, table, { add: [], remove: [], summary, now: NOW })
  const { main: head, ...others } = written.metadata.refs
  const refs = {
    ...others,
    ...(main ? { main: { type: 'branch' as const, 'snapshot-id': main['snapshot-id'] } } : {}),
    [branchOf(run)]: { type: 'branch' as const, 'snapshot-id': head!['snapshot-id'] },
  }
  const log = written.metadata['snapshot-log'].slice(0, -1)
  const changes = { refs, 'current-snapshot-id': main?.['snapshot-id'] ?? -1, 'snapshot-log': log }
  await catalog.commit([await writeMetadata(storage, withMetadata(written, changes, NOW))])
}
