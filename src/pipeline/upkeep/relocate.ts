import type { CatalogEntry } from '../../catalog/catalog.ts'
import { BlotterError } from '../../errors.ts'
import { canonicalLocation } from '../../lake/location.ts'
import { type Move, relocateTable } from '../../lake/upkeep/relocate.ts'
import { type MetadataSwap, writeMetadata } from '../../lake/write/stage.ts'
import { maintain } from './maintenance.ts'
import type { BatchMaker } from '../batch/batch-maker.ts'

/** `relocate --json`. */
export interface RelocationReport {
  /** Undefined where every table was in its place. */
  from?: string
  to: string
  tables: string[]
}

/**
 * Mends a lake whose folder was moved or copied: whatever names files by absolute paths is written anew, and all tables
 * move in one commit. Tables that lie elsewhere and are there are left alone. Throws `lake_moved` if it cannot be told
 * where the lake was, `lake_damaged` if a file did not come along: then nothing is changed.
 */
export async function relocateLake(maker: BatchMaker, signal: AbortSignal): Promise<RelocationReport> {
  const { storage, catalog, location: to } = maker.lake
  return maintain(maker, 'relocate', signal, async ({ label, engine, assertHeld }) => {
    const folder = `${canonicalLocation(to)}/`
    const elsewhere = (await catalog.tables()).filter(
      (entry) => !canonicalLocation(entry.metadataLocation).startsWith(folder),
    )
    const from = oldFolder(elsewhere)
    if (from === undefined) {
      if (elsewhere.length === 0) return { to, tables: [] }
      throw unknownOrigin(elsewhere[0]!, to)
    }
    const move: Move = { from, to }
    const swaps: MetadataSwap[] = []
    const replaced: string[] = []
    for (const entry of elsewhere.filter((one) => canonicalLocation(one.metadataLocation).startsWith(`${from}/`))) {
      const done = await relocateTable({
        storage,
        engine,
        name: entry.table,
        metadataLocation: entry.metadataLocation,
        move,
        label,
      })
      replaced.push(...done.replaced)
      swaps.push(await writeMetadata(storage, done.table, label))
    }
    assertHeld()
    await catalog.commit(swaps)
    for (const location of replaced) await storage.remove(location).catch(() => {})
    return { from, to, tables: swaps.map((swap) => swap.table) }
  })
}

/** Tables of Blotter lie at NAMESPACE/TABLE in their lake, which tells where that was. */
function oldFolder(entries: readonly CatalogEntry[]): string | undefined {
  for (const { table, metadataLocation } of entries) {
    const path = canonicalLocation(metadataLocation)
    const at = path.lastIndexOf(`/${table.replace('.', '/')}/metadata/`)
    if (at > 0) return path.slice(0, at)
  }
  return undefined
}

function unknownOrigin({ table, metadataLocation }: CatalogEntry, to: string): BlotterError {
  return new BlotterError(
    'lake_moved',
    `${table} is at ${metadataLocation}, which does not tell where the lake at ${to} was before. Nothing was changed.`,
    {
      todo: 'A table that lies outside the lake on purpose needs no relocation.',
      context: { table, location: metadataLocation },
    },
  )
}
