import { randomUUID } from 'node:crypto'
import { type Clock, sleep } from '../clock.ts'
import { BlotterError } from '../errors.ts'
import { formatJson } from '../lake/format/exact-json.ts'
import { readManifestList } from '../lake/format/manifest.ts'
import type { TableMetadata } from '../lake/format/metadata.ts'
import { type MetadataSwap, withMetadata, writeMetadata } from '../lake/write/stage.ts'
import type { Storage } from '../lake/storage.ts'
import { loadTable, type Table } from '../lake/table.ts'
import type { Catalog } from './catalog.ts'
import { applyUpdates } from './metadata-updates.ts'
import { creation, type TableWish } from './new-table.ts'
import { checkFile, checkTable, defaultLocation, liesWithin, overlap, type Places } from './places.ts'
import { purge } from './purge.ts'
import { noNamespace, noTable, refused, tableExists } from './refusal.ts'
import { checkRequirements } from './requirements.ts'
import type { TableChange, TableUpdate } from './table-update.ts'

/** What other engines may do to a lake's tables. Every write goes through the catalog's compare-and-set, as Blotter's own do. */
export interface EngineCatalog {
  /** Names and properties, as they are. */
  readonly catalog: Catalog
  readonly places: Places
  /** Throws `table_missing`. */
  load(table: string): Promise<Table>
  /** Throws `table_exists`, `namespace_missing`, `commit_refused`. */
  create(wish: TableWish): Promise<Table>
  /** The table as `create` would make it; nobody sees it before `commit` with `assert-create`. */
  stage(wish: TableWish): Promise<Table>
  /** Changes all tables or none. Throws `commit_conflict`, `commit_refused`, `table_missing`. */
  commit(changes: readonly TableChange[]): Promise<Table[]>
  /** Takes a table out, and with `purged` its files too. Throws `table_missing`. */
  drop(table: string, options: { purged: boolean }): Promise<void>
  /** Takes in a table whose metadata file is there already; with `overwrite` in place of one of that name. */
  register(table: string, metadataLocation: string, options: { overwrite: boolean }): Promise<Table>
}

export interface EngineCatalogSetup {
  storage: Storage
  catalog: Catalog
  places: Places
  clock: Clock
}

/** A commit that lost a race without its requirements being broken is tried upon what the table is now, so often in all. */
const TRIES = 12
const LONGEST_WAIT_MS = 100

export function openEngineCatalog(setup: EngineCatalogSetup): EngineCatalog {
  const { storage, catalog, places } = setup
  const load = (table: string): Promise<Table> => loadNewest(setup, table)
  const stage = (wish: TableWish): Promise<Table> => stageNew(setup, wish)
  return {
    catalog,
    places,
    load,
    stage,
    async create(wish) {
      const [made] = await publish(setup, [{ table: await stage(wish), isChanged: true }])
      if (!made) throw tableExists(wish.table)
      return made
    },
    commit: (changes) => commitChanges(setup, changes),
    async drop(table, { purged }) {
      const dropped = await load(table)
      if (dropped.metadataLocation === null) throw noTable(table)
      await catalog.drop({ table, metadataLocation: dropped.metadataLocation })
      if (purged) await purge(storage, dropped)
    },
    async register(table, metadataLocation, { overwrite }) {
      checkFile(places, 'the metadata file', metadataLocation)
      const found = await loadTable(storage, table, metadataLocation).catch((error: unknown) => {
        throw error instanceof BlotterError && error.code === 'lake_damaged'
          ? refused(`the metadata file ${metadataLocation} cannot be read`)
          : error
      })
      const entry = await catalog.entry(table)
      if (entry && !overwrite) throw tableExists(table)
      await checkNamespace(catalog, table)
      checkTable(places, table, found.metadata.location, await otherTables(setup))
      for (const snapshot of found.metadata.snapshots) checkFile(places, 'a manifest list', snapshot['manifest-list'])
      await catalog.commit([{ table, from: entry?.metadataLocation ?? null, to: metadataLocation }])
      return found
    },
  }
}

/** A metadata file may go between the look at the catalog and at the file; then the catalog names a newer one. */
async function loadNewest({ storage, catalog }: EngineCatalogSetup, table: string): Promise<Table> {
  for (let before: string | undefined; ;) {
    const entry = await catalog.entry(table)
    if (!entry) throw noTable(table)
    try {
      return await loadTable(storage, table, entry.metadataLocation)
    } catch (error) {
      if (before === entry.metadataLocation) throw error
      before = entry.metadataLocation
    }
  }
}

async function stageNew(setup: EngineCatalogSetup, wish: TableWish): Promise<Table> {
  const { catalog, places, clock } = setup
  await checkNamespace(catalog, wish.table)
  if (await catalog.entry(wish.table)) throw tableExists(wish.table)
  const others = await otherTables(setup)
  // A table that was renamed still lies where its old name was.
  const usual = defaultLocation(places, wish.table)
  const isTaken = others.some((other) => overlap(usual, other.location))
  const location = wish.location ?? (isTaken ? defaultLocation(places, wish.table, `-${randomUUID().slice(0, 8)}`) : usual)
  checkTable(places, wish.table, location, others)
  const metadata = applyUpdates(undefined, creation(wish, location), clock.now())
  return withMetadata({ name: wish.table, metadataLocation: null, metadata }, {}, clock.now())
}

async function commitChanges(setup: EngineCatalogSetup, changes: readonly TableChange[]): Promise<Table[]> {
  const names = new Set(changes.map((change) => change.table))
  if (names.size < changes.length) throw refused('a table occurs twice')
  for (let tries = 1; ; tries++) {
    const staged: Staged[] = []
    for (const change of changes) staged.push(await stageChange(setup, change))
    const published = await publish(setup, staged)
    if (published.length === staged.length) return published
    if (tries === TRIES) throw contended([...names])
    await sleep(Math.random() * Math.min(LONGEST_WAIT_MS, 5 * 2 ** tries))
  }
}

/** A table as it will be; as it is, where nothing is to be changed. */
interface Staged {
  table: Table
  isChanged: boolean
}

async function stageChange(setup: EngineCatalogSetup, { table, requirements, updates }: TableChange): Promise<Staged> {
  const { catalog, clock, places } = setup
  const base = (await catalog.entry(table)) ? await loadNewest(setup, table) : undefined
  checkRequirements(table, base?.metadata, requirements)
  if (!base) await checkNamespace(catalog, table)
  const metadata = applyUpdates(base?.metadata, updates, clock.now())
  if (base && formatJson(metadata) === formatJson(base.metadata)) return { table: base, isChanged: false }
  if (metadata.location !== base?.metadata.location) checkTable(places, table, metadata.location, await otherTables(setup))
  for (const update of updates) await checkFiles(setup, update)
  const newest = Math.max(clock.now().getTime(), metadata['snapshot-log'].at(-1)?.['timestamp-ms'] ?? 0)
  const next = withMetadata(base ?? { name: table, metadataLocation: null, metadata }, metadata, new Date(newest))
  return { table: next, isChanged: true }
}

/** Whoever reads the lake trusts what its metadata names: so it has to be there, and in the lake. */
async function checkFiles({ storage, places }: EngineCatalogSetup, update: TableUpdate): Promise<void> {
  if (update.action === 'set-statistics')
    return checkFile(places, 'a file of statistics', update.statistics['statistics-path'])
  if (update.action === 'set-partition-statistics')
    return checkFile(places, 'a file of statistics', update['partition-statistics']['statistics-path'])
  if (update.action !== 'add-snapshot') return
  const list = update.snapshot['manifest-list']
  checkFile(places, 'the manifest list', list)
  const manifests = await readManifestList(storage, list).catch((error: Error) => {
    throw refused(`the manifest list cannot be read (${error.message.split('\n', 1)[0]})`)
  })
  for (const manifest of manifests) checkFile(places, 'a manifest', manifest.manifest_path)
}

/** Writes the tables' metadata and moves all of them in the catalog; none, and an empty result, if one was moved meanwhile. */
async function publish({ storage, catalog }: EngineCatalogSetup, staged: readonly Staged[]): Promise<Table[]> {
  const swaps: MetadataSwap[] = []
  const discard = async (): Promise<void> => {
    for (const { to } of swaps) await storage.remove(to).catch(() => undefined)
  }
  try {
    for (const { table, isChanged } of staged) if (isChanged) swaps.push(await writeMetadata(storage, table))
  } catch (error) {
    await discard()
    throw error
  }
  try {
    await catalog.commit(swaps)
  } catch (error) {
    // Of any other failure it is not sure that nothing was committed: then the files stay, for a sweep to decide.
    if (!(error instanceof BlotterError) || error.code !== 'commit_conflict') throw error
    await discard()
    return []
  }
  for (const swap of swaps) await removeUnnamed(storage, swap)
  const committed = new Map(swaps.map((swap) => [swap.table, swap.committed]))
  return staged.map(({ table }) => committed.get(table.name) ?? table)
}

/** Other engines keep old metadata files unless the table says otherwise; and a log may name files of others. */
async function removeUnnamed(storage: Storage, { committed: { metadata }, unnamed }: MetadataSwap): Promise<void> {
  if (metadata.properties['write.metadata.delete-after-commit.enabled'] !== 'true') return
  for (const location of unnamed.filter((file) => liesWithin(`${metadata.location}/metadata`, file))) {
    await storage.remove(location).catch(() => undefined)
  }
}

async function checkNamespace(catalog: Catalog, table: string): Promise<void> {
  const namespace = table.slice(0, table.lastIndexOf('.'))
  if (!(await catalog.namespace(namespace))) throw noNamespace(namespace)
}

/** Where every table lies; one whose metadata cannot be read keeps the folder that its metadata file is in. */
async function otherTables({ storage, catalog }: EngineCatalogSetup): Promise<{ name: string; location: string }[]> {
  const entries = await catalog.tables()
  return Promise.all(
    entries.map(async ({ table, metadataLocation }) => {
      const metadata = await loadTable(storage, table, metadataLocation).then(
        (loaded): TableMetadata | undefined => loaded.metadata,
        () => undefined,
      )
      return { name: table, location: metadata?.location ?? metadataLocation.replace(/\/(?:metadata\/)?[^/]*$/, '') }
    }),
  )
}

function contended(tables: readonly string[]): BlotterError {
  return new BlotterError(
    'commit_conflict',
    `The commit to ${tables.join(', ')} lost ${TRIES} races. Nothing was applied.`,
    {
      todo: 'Try again; fewer writers at once get on faster.',
      context: { tables },
    },
  )
}
