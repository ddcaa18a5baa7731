import { GlueClient } from '@aws-sdk/client-glue'
import type { Catalog } from '../catalog.ts'
import { split } from '../table-name.ts'
import { commitInTurn } from './commit.ts'
import { createDatabase, databaseProperties, dropDatabase, listDatabases, updateDatabase } from './databases.ts'
import { entryOf } from './entry.ts'
import { dropTable, findTable, listTables, renameTable } from './tables.ts'

export interface GlueCatalogOptions {
  name: string
  /** The table that is moved after all others: who sees its new version sees those of the others. */
  last: string
  /** For tests. */
  client?: GlueClient
}

const ATTEMPTS = 5

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
  const namespace = (one: string) => databaseProperties(client, one)
  const tablesOf = (one: string) => listTables(client, one)
  return {
    name,
    namespaces: () => listDatabases(client),
    async tables(of) {
      if (of !== undefined) return (await namespace(of)) === undefined ? [] : tablesOf(of)
      return (await Promise.all((await listDatabases(client)).map(tablesOf))).flat()
    },
    async entry(table) {
      const found = await findTable(client, table)
      return found && entryOf(split(table)[0], found)
    },
    commit: (swaps) => commitInTurn(client, swaps, last),
    drop: (entry) => dropTable(client, entry),
    rename: (table, to) => renameTable(client, table, to),
    namespace,
    createNamespace: (one, properties) => createDatabase(client, one, properties),
    updateNamespace: (one, set, removed) => updateDatabase(client, one, set, removed),
    dropNamespace: (one) => dropDatabase(client, one),
    close: () => client.destroy(),
  }
}
