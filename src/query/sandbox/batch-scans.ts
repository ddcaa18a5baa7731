import type { BatchAt } from '../../model/batch-at.ts'
import { BlotterError } from '../../errors.ts'
import { canonicalLocation } from '../../lake/location.ts'
import { openReader, type ReaderSetup } from '../reader.ts'
import { resolveFrom } from '../time-travel.ts'
import type { RefFunction } from '../functions.ts'
import type { Scanned, Wish } from './protocol.ts'

/** What queries as of one batch may read, planned when it is asked for. */
export interface BatchScans {
  batchAt: BatchAt
  tables: readonly string[]
  /** Tables of other engines, which no batch keeps as they are. */
  foreign: readonly string[]
  functions: readonly Omit<RefFunction, 'select'>[]
  /** Which batch each REF in the statement meant, as far as it has been asked for. */
  refs: Readonly<Record<string, BatchAt>>
  scan(wish: Wish): Promise<Scanned>
}

/**
 * The tables as of the batch that `ref` names. What REFs in a statement meant when it was run before is given as `meant`: as
 * batches expire, `latest~3` comes to mean another one. Throws `batch_missing`, `usage`.
 */
export async function batchScans(
  setup: ReaderSetup,
  ref: string,
  meant: Readonly<Record<string, BatchAt>> = {},
): Promise<BatchScans> {
  const files = new Set<string>()
  const { storage, location: lake } = setup.lake
  const enginePath = (location: string): string => {
    refuseElsewhere(lake, location)
    const path = storage.enginePath(location)
    files.add(path)
    return path
  }
  // Whatever is planned asks the storage where the engine finds each file, so that this is where all of them are known.
  const reader = openReader({ ...setup, lake: { ...setup.lake, storage: { ...storage, enginePath } } })
  const { view, batch } = await reader.resolve(ref)
  const { batchAt } = batch
  const functions = reader.functionsAt(view, batchAt)
  const tables = reader.queryTables(view, batchAt)
  const own = new Set(view.tables.filter((table) => Object.hasOwn(table.metadata.refs, batchAt)).map((table) => table.name))
  const refs: Record<string, BatchAt> = {}
  const resolve = (one: string): BatchAt => (refs[one] ??= resolveFrom(meant[one] ?? one, view.batches, batchAt).batchAt)
  const sqlOf = async (wish: Wish): Promise<string> => {
    const found =
      'table' in wish
        ? tables.find(({ name }) => name === wish.table)?.sql()
        : functions.find(({ name }) => name === wish.function)?.select(wish.refs.map(resolve))
    if (found) return found
    throw new BlotterError('query_refused', 'The statement reads what is no table of this batch.', {
      todo: '`blotter tables` lists them.',
    })
  }
  return {
    batchAt,
    tables: tables.map(({ name }) => name),
    foreign: tables.map(({ name }) => name).filter((name) => !own.has(name)),
    functions: functions.map(({ select: _, ...one }) => one),
    refs,
    scan: async (wish) => ({ sql: await sqlOf(wish), files: [...files] }),
  }
}

/** Another engine may have named any file as one of its table’s; strangers are shown those of the lake, and none that is hidden there. */
function refuseElsewhere(lake: string, location: string): void {
  const root = `${canonicalLocation(lake)}/`
  const path = canonicalLocation(location)
  if (path.startsWith(root) && !path.slice(root.length - 1).includes('/.')) return
  throw new BlotterError(
    'query_refused',
    `A table of the statement names the file ${location}, which is none of the lake’s.`,
    {
      todo: 'Leave that table out. Whoever wrote it can move its files into the lake.',
    },
  )
}
