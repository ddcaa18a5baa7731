import { BlotterError } from '../../errors.ts'
import { rebase } from '../../lake/write/rebase.ts'
import { type MetadataSwap, writeMetadata } from '../../lake/write/stage.ts'
import { loadTable, type Table } from '../../lake/table.ts'
import type { RunContext } from '../batch/context.ts'
import { loadBase, loadStaged } from '../batch/work-files.ts'

/** How often a commit is laid upon what another writer has committed in between: one that writes all the time is met anew. */
const TRIES = 100

/**
 * Moves all staged tables in one catalog transaction. Another writer's commits that leave rows and columns as they are
 * (properties, tags, branches) are kept, and ours is laid upon them. Throws `commit_conflict` for any other.
 */
export async function commitStaged(context: RunContext, names: readonly string[]): Promise<void> {
  const { lake, folder, run } = context
  const swaps: MetadataSwap[] = []
  const bases = new Map<string, Promise<StagedUpon>>()
  for (const name of names) swaps.push(await writeMetadata(lake.storage, (await loadStaged(folder, name)).table, run))
  for (let tries = 1; ; tries++) {
    context.assertHeld()
    try {
      await lake.catalog.commit(swaps)
      break
    } catch (error) {
      if (!(error instanceof BlotterError) || error.code !== 'commit_conflict' || tries === TRIES) throw error
      for (const [i, swap] of swaps.entries()) {
        const entry = await lake.catalog.entry(swap.table)
        // Only what another writer was faster with is written again: so the next try is a short one.
        if ((entry?.metadataLocation ?? null) === swap.from) continue
        const known = bases.get(swap.table) ?? stagedUpon(folder, swap.table)
        bases.set(swap.table, known)
        const rebased =
          entry && uponPresent(await known, await loadTable(lake.storage, swap.table, entry.metadataLocation), context)
        if (!rebased) throw error
        swaps[i] = await writeMetadata(lake.storage, rebased, run)
        await lake.storage.remove(swap.to).catch(() => {})
      }
    }
  }
  for (const location of swaps.flatMap((swap) => swap.unnamed)) await lake.storage.remove(location).catch(() => {})
}

interface StagedUpon {
  staged: Table
  base: Table | undefined
}

async function stagedUpon(folder: string, name: string): Promise<StagedUpon> {
  return { staged: (await loadStaged(folder, name)).table, base: await loadBase(folder, name) }
}

/** The staged table as it is to be committed now; undefined where what has come in between does not go with it. */
function uponPresent({ staged, base }: StagedUpon, current: Table, { clock }: RunContext): Table | undefined {
  return base && rebase(staged, base, current, clock.now())
}
