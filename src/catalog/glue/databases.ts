import {
  CreateDatabaseCommand,
  DeleteDatabaseCommand,
  GetDatabaseCommand,
  type GlueClient,
  paginateGetDatabases,
  paginateGetTables,
  UpdateDatabaseCommand,
} from '@aws-sdk/client-glue'
import { namespaceExists, namespaceNotEmpty, noNamespace } from '../refusal.ts'
import { asked, askedFor } from './ask.ts'

type Properties = Readonly<Record<string, string>>

export function listDatabases(client: GlueClient): Promise<string[]> {
  return asked('Listing the databases of Glue', async () => {
    const found: string[] = []
    for await (const { DatabaseList } of paginateGetDatabases({ client }, {}))
      found.push(...(DatabaseList ?? []).map(({ Name = '' }) => Name))
    return found.sort()
  })
}

/** Undefined where there is no such database. */
export function databaseProperties(client: GlueClient, namespace: string): Promise<Record<string, string> | undefined> {
  return askedFor(`Asking Glue for the database ${namespace}`, async () => {
    const { Database } = await client.send(new GetDatabaseCommand({ Name: namespace }))
    return Database?.Parameters ?? {}
  })
}

export async function createDatabase(client: GlueClient, namespace: string, properties: Properties): Promise<void> {
  if ((await databaseProperties(client, namespace)) !== undefined) throw namespaceExists(namespace)
  await makeDatabase(client, namespace, properties)
}

/** Makes a database where there is none; somebody else may do so at the same moment. */
export async function ensureDatabase(client: GlueClient, namespace: string): Promise<void> {
  if ((await databaseProperties(client, namespace)) === undefined) await makeDatabase(client, namespace, {})
}

function makeDatabase(client: GlueClient, namespace: string, properties: Properties): Promise<unknown> {
  const DatabaseInput = { Name: namespace, Parameters: { ...properties } }
  return asked(`Making the database ${namespace} in Glue`, () =>
    client.send(new CreateDatabaseCommand({ DatabaseInput })).catch((error: Error) => {
      if (error.name !== 'AlreadyExistsException') throw error
    }),
  )
}

export async function updateDatabase(
  client: GlueClient,
  namespace: string,
  set: Properties,
  removed: readonly string[],
): Promise<void> {
  const known = await databaseProperties(client, namespace)
  if (known === undefined) throw noNamespace(namespace)
  const kept = Object.entries(known).filter(([key]) => !removed.includes(key))
  const Parameters = { ...Object.fromEntries(kept), ...set }
  await asked(`Changing ${namespace} in Glue`, () =>
    client.send(new UpdateDatabaseCommand({ Name: namespace, DatabaseInput: { Name: namespace, Parameters } })),
  )
}

export async function dropDatabase(client: GlueClient, namespace: string): Promise<void> {
  if ((await databaseProperties(client, namespace)) === undefined) throw noNamespace(namespace)
  if (await holdsTables(client, namespace)) throw namespaceNotEmpty(namespace)
  await asked(`Dropping ${namespace} from Glue`, () => client.send(new DeleteDatabaseCommand({ Name: namespace })))
}

/** Whether tables or views of any kind are there. */
function holdsTables(client: GlueClient, namespace: string): Promise<boolean> {
  return asked(`Listing the tables of ${namespace}`, async () => {
    for await (const { TableList } of paginateGetTables({ client, pageSize: 1 }, { DatabaseName: namespace }))
      if (TableList && TableList.length > 0) return true
    return false
  })
}
