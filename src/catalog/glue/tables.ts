import {
  CreateTableCommand,
  DeleteTableCommand,
  GetTableCommand,
  type GlueClient,
  paginateGetTables,
  type Table,
} from '@aws-sdk/client-glue'
import type { CatalogEntry } from '../catalog.ts'
import { dropLostRace, noNamespace, noTable, tableExists } from '../refusal.ts'
import { split } from '../table-name.ts'
import { asked, askedFor } from './ask.ts'
import { databaseProperties } from './databases.ts'
import { entryOf, inputOf, isIceberg, metadataOf, previousOf } from './entry.ts'

/** Undefined where there is no such table, or one of another format. */
export async function findTable(client: GlueClient, table: string): Promise<Table | undefined> {
  const [DatabaseName, Name] = split(table)
  const found = await askedFor(`Asking Glue for ${table}`, () => client.send(new GetTableCommand({ DatabaseName, Name })))
  return isIceberg(found?.Table) ? found?.Table : undefined
}

export function listTables(client: GlueClient, namespace: string): Promise<CatalogEntry[]> {
  return asked(`Listing the tables of ${namespace}`, async () => {
    const found: CatalogEntry[] = []
    for await (const { TableList } of paginateGetTables({ client }, { DatabaseName: namespace }))
      for (const table of (TableList ?? []).filter(isIceberg)) found.push(entryOf(namespace, table))
    return found.sort((a, b) => (a.table < b.table ? -1 : 1))
  })
}

export async function dropTable(client: GlueClient, entry: CatalogEntry): Promise<void> {
  const { table, metadataLocation } = entry
  const [DatabaseName, Name] = split(table)
  if (metadataOf(await findTable(client, table)) !== metadataLocation) throw dropLostRace(entry)
  await asked(`Dropping ${table} from Glue`, () => client.send(new DeleteTableCommand({ DatabaseName, Name })))
}

/** Glue renames nothing: the new name is there before the old one goes, so that the table is never lost. */
export async function renameTable(client: GlueClient, table: string, to: string): Promise<void> {
  const [[oldDatabase, oldName], [DatabaseName, Name]] = [split(table), split(to)]
  const found = await findTable(client, table)
  if (!found) throw noTable(table)
  if ((await databaseProperties(client, DatabaseName)) === undefined) throw noNamespace(DatabaseName)
  if (await findTable(client, to)) throw tableExists(to)
  const TableInput = inputOf(Name, found, { from: previousOf(found), to: metadataOf(found) ?? '' })
  await asked(`Renaming ${table} in Glue`, async () => {
    await client.send(new CreateTableCommand({ DatabaseName, TableInput }))
    await client.send(new DeleteTableCommand({ DatabaseName: oldDatabase, Name: oldName }))
  })
}
