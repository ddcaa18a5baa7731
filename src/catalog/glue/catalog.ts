import {
  CreateDatabaseCommand,
  CreateTableCommand,
  DeleteDatabaseCommand,
  DeleteTableCommand,
  GetDatabaseCommand,
  GetTableCommand,
  GlueClient,
  paginateGetDatabases,
  paginateGetTables,
  type Table,
  UpdateDatabaseCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-glue'
import { BlotterError } from '../../errors.ts'
import { awsFailure, isMissing } from '../../lake/aws-failure.ts'
import type { Catalog, CatalogEntry, CatalogSwap } from '../catalog.ts'
import { namespaceExists, namespaceNotEmpty, noNamespace, noTable, tableExists } from '../refusal.ts'

export interface GlueCatalogOptions {
  name: string
  /** The table that is moved after all others: who sees its new version sees those of the others. */
  last: string
  /** For tests. */
  client?: GlueClient
}

const ATTEMPTS = 5
/** What Iceberg's own GlueCatalog writes, so that Spark, Athena and Trino find the tables. */
const METADATA = 'metadata_location'
const PREVIOUS = 'previous_metadata_location'

/**
 * AWS Glue as an Iceberg catalog, as Iceberg's own GlueCatalog keeps it. Glue moves one table at a time, each by
 * compare-and-set of its `VersionId`; the list of batches is moved last, and a move that loses its race is undone for those
 * before it. A process that dies between two moves leaves tables ahead of the list of batches, which names what counts: the
 * tags of the batch before still read all tables of it.
 */
export function openGlueCatalog({
  name,
  last,
  client = new GlueClient({ maxAttempts: ATTEMPTS }),
}: GlueCatalogOptions): Catalog {
  const asked = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      throw awsFailure(error, what)
    }
  }
  const tableOf = async (table: string): Promise<Table | undefined> => {
    const [DatabaseName, Name] = split(table)
    try {
      const { Table: found } = await client.send(new GetTableCommand({ DatabaseName, Name }))
      return isIceberg(found) ? found : undefined
    } catch (error) {
      if (isMissing(error)) return undefined
      throw awsFailure(error, `Asking Glue for ${table}`)
    }
  }
  const databaseOf = async (namespace: string): Promise<Record<string, string> | undefined> => {
    try {
      const { Database } = await client.send(new GetDatabaseCommand({ Name: namespace }))
      return Database?.Parameters ?? {}
    } catch (error) {
      if (isMissing(error)) return undefined
      throw awsFailure(error, `Asking Glue for the database ${namespace}`)
    }
  }
  const namespaces = (): Promise<string[]> =>
    asked('Listing the databases of Glue', async () => {
      const found: string[] = []
      for await (const { DatabaseList } of paginateGetDatabases({ client }, {}))
        found.push(...(DatabaseList ?? []).map(({ Name = '' }) => Name))
      return found.sort()
    })
  const tablesOf = (namespace: string): Promise<CatalogEntry[]> =>
    asked(`Listing the tables of ${namespace}`, async () => {
      const found: CatalogEntry[] = []
      for await (const { TableList } of paginateGetTables({ client }, { DatabaseName: namespace }))
        for (const table of (TableList ?? []).filter(isIceberg)) found.push(entryOf(namespace, table))
      return found.sort((a, b) => (a.table < b.table ? -1 : 1))
    })

  /** Moves one table, and tells how to move it back. */
  const move = async (swap: CatalogSwap): Promise<CatalogSwap> => {
    const [DatabaseName, Name] = split(swap.table)
    const found = await tableOf(swap.table)
    if ((found?.Parameters?.[METADATA] ?? null) !== swap.from) throw conflict(swap, found)
    const TableInput = inputOf(Name, found, swap)
    try {
      if (found === undefined) await client.send(new CreateTableCommand({ DatabaseName, TableInput }))
      else
        await client.send(
          new UpdateTableCommand({ DatabaseName, TableInput, VersionId: found.VersionId, SkipArchive: true }),
        )
    } catch (error) {
      if (/ConcurrentModification|AlreadyExists|VersionMismatch/.test((error as Error).name))
        throw conflict(swap, await tableOf(swap.table))
      throw awsFailure(error, `Moving ${swap.table} in Glue`)
    }
    return { table: swap.table, from: swap.to, to: swap.from ?? '' }
  }

  return {
    name,
    namespaces,
    async tables(namespace) {
      const named = namespace === undefined ? await namespaces() : [namespace]
      if (namespace !== undefined && (await databaseOf(namespace)) === undefined) return []
      return (await Promise.all(named.map(tablesOf))).flat()
    },
    async entry(table) {
      const found = await tableOf(table)
      return found && entryOf(split(table)[0], found)
    },
    async commit(swaps) {
      const order = swaps.toSorted((a, b) => Number(a.table === last) - Number(b.table === last))
      for (const namespace of new Set(order.filter(({ from }) => from === null).map(({ table }) => split(table)[0])))
        if ((await databaseOf(namespace)) === undefined) await createDatabase(client, namespace, {})
      const undo: CatalogSwap[] = []
      try {
        for (const swap of order) undo.unshift(await move(swap))
      } catch (error) {
        for (const back of undo) await takeBack(client, back, tableOf, move)
        throw error
      }
    },
    async drop(entry) {
      const [DatabaseName, Name] = split(entry.table)
      const found = await tableOf(entry.table)
      if (found?.Parameters?.[METADATA] !== entry.metadataLocation) {
        const message = `Dropping ${entry.table} lost a race: it is no more as it was. Nothing was changed.`
        throw new BlotterError('commit_conflict', message, {
          todo: 'Look at the table again, then drop it if it is still to go.',
          context: { table: entry.table, expected: entry.metadataLocation },
        })
      }
      await asked(`Dropping ${entry.table} from Glue`, () => client.send(new DeleteTableCommand({ DatabaseName, Name })))
    },
    async rename(table, to) {
      const [DatabaseName, Name] = split(to)
      const found = await tableOf(table)
      if (!found) throw noTable(table)
      if ((await databaseOf(DatabaseName)) === undefined) throw noNamespace(DatabaseName)
      if (await tableOf(to)) throw tableExists(to)
      const from = found.Parameters?.[METADATA] ?? ''
      const TableInput = inputOf(Name, found, { table: to, from: found.Parameters?.[PREVIOUS] ?? null, to: from })
      // Glue renames nothing: the new name is there before the old one goes, so that the table is never lost.
      await asked(`Renaming ${table} in Glue`, async () => {
        await client.send(new CreateTableCommand({ DatabaseName, TableInput }))
        const [oldDatabase, oldName] = split(table)
        await client.send(new DeleteTableCommand({ DatabaseName: oldDatabase, Name: oldName }))
      })
    },
    namespace: databaseOf,
    async createNamespace(namespace, properties) {
      if ((await databaseOf(namespace)) !== undefined) throw namespaceExists(namespace)
      await createDatabase(client, namespace, properties)
    },
    async updateNamespace(namespace, set, removed) {
      const known = await databaseOf(namespace)
      if (known === undefined) throw noNamespace(namespace)
      const kept = Object.entries(known).filter(([key]) => !removed.includes(key))
      const Parameters = { ...Object.fromEntries(kept), ...set }
      await asked(`Changing ${namespace} in Glue`, () =>
        client.send(new UpdateDatabaseCommand({ Name: namespace, DatabaseInput: { Name: namespace, Parameters } })),
      )
    },
    async dropNamespace(namespace) {
      if ((await databaseOf(namespace)) === undefined) throw noNamespace(namespace)
      const { done } = await paginateGetTables({ client, pageSize: 1 }, { DatabaseName: namespace }).next()
      const holds = !done && (await tablesIn(client, namespace)) > 0
      if (holds) throw namespaceNotEmpty(namespace)
      await asked(`Dropping ${namespace} from Glue`, () => client.send(new DeleteDatabaseCommand({ Name: namespace })))
    },
    close: () => client.destroy(),
  }
}

/** How many tables and views of any kind are there; one is enough to know. */
async function tablesIn(client: GlueClient, namespace: string): Promise<number> {
  for await (const { TableList } of paginateGetTables({ client }, { DatabaseName: namespace }))
    if (TableList && TableList.length > 0) return TableList.length
  return 0
}

/** Undoes a move, unless somebody has moved on from it meanwhile: then theirs counts. */
async function takeBack(
  client: GlueClient,
  back: CatalogSwap,
  tableOf: (table: string) => Promise<Table | undefined>,
  move: (swap: CatalogSwap) => Promise<CatalogSwap>,
): Promise<void> {
  try {
    if (back.to !== '') return void (await move(back))
    const [DatabaseName, Name] = split(back.table)
    if ((await tableOf(back.table))?.Parameters?.[METADATA] === back.from)
      await client.send(new DeleteTableCommand({ DatabaseName, Name }))
  } catch {
    // The first failure is what people are told; the list of batches has not moved, so that nothing of this counts.
  }
}

async function createDatabase(
  client: GlueClient,
  namespace: string,
  properties: Readonly<Record<string, string>>,
): Promise<void> {
  try {
    await client.send(new CreateDatabaseCommand({ DatabaseInput: { Name: namespace, Parameters: { ...properties } } }))
  } catch (error) {
    if ((error as Error).name === 'AlreadyExistsException') return
    throw awsFailure(error, `Making the database ${namespace} in Glue`)
  }
}

/** A table as it was but for where its metadata lie; columns and owner of whoever wrote it last stay. */
function inputOf(Name: string, found: Table | undefined, { from, to }: CatalogSwap) {
  const { Description, Owner, Parameters, StorageDescriptor, TableType, PartitionKeys } = found ?? {}
  return {
    Name,
    Description,
    Owner,
    PartitionKeys,
    TableType: TableType ?? 'EXTERNAL_TABLE',
    StorageDescriptor: StorageDescriptor ?? { Location: to.replace(/\/metadata\/[^/]*$/, ''), Columns: [] },
    Parameters: { ...Parameters, table_type: 'ICEBERG', [METADATA]: to, ...(from === null ? {} : { [PREVIOUS]: from }) },
  }
}

function isIceberg(table: Table | undefined): boolean {
  return table?.Parameters?.['table_type']?.toUpperCase() === 'ICEBERG' && table.Parameters[METADATA] !== undefined
}

function entryOf(namespace: string, { Name = '', Parameters }: Table): CatalogEntry {
  return { table: `${namespace}.${Name}`, metadataLocation: Parameters?.[METADATA] ?? '' }
}

function conflict({ table, from }: CatalogSwap, found: Table | undefined): BlotterError {
  const at = found?.Parameters?.[METADATA] ?? null
  const message = `Commit to ${table} lost a race: expected ${from ?? 'no table'}, found ${at ?? 'no table'}.`
  return new BlotterError('commit_conflict', `${message} Nothing was applied; staged files will be swept.`, {
    todo: 'Run `blotter run` again.',
    context: { table, expected: from, found: at },
  })
}

/** Glue's names have no inner namespaces: what is before the last dot is the database. */
function split(table: string): [namespace: string, name: string] {
  const at = table.lastIndexOf('.')
  return [table.slice(0, at), table.slice(at + 1)]
}
