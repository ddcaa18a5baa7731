import { referencedFiles } from '../lake/upkeep/orphans.ts'
import type { Storage } from '../lake/storage.ts'
import type { Table } from '../lake/table.ts'
import { liesWithin } from './places.ts'

/**
 * Removes the files of a table that the catalog knows no more, as far as they lie in its own folder: metadata may name any
 * file. What cannot be read, or removed, stays: it is nobody's, and harms nobody. Data of tables with `gc.enabled=false` stays.
 */
export async function purge(storage: Storage, table: Table): Promise<void> {
  const { metadata, metadataLocation } = table
  const keepData = metadata.properties['gc.enabled'] === 'false'
  const named = await referencedFiles(storage, [table]).catch(
    () => new Set(metadataLocation === null ? [] : [metadataLocation]),
  )
  for (const file of named) {
    if (!liesWithin(metadata.location, file)) continue
    if (keepData && !liesWithin(`${metadata.location}/metadata`, file)) continue
    await storage.remove(file).catch(() => undefined)
  }
}
