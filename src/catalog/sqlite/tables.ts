import type { DatabaseSync } from 'node:sqlite'
import type { CatalogEntry } from '../catalog.ts'
import { dropLostRace, noNamespace, noTable, tableExists } from '../refusal.ts'
import { split } from '../table-name.ts'
import { namespaceProperties } from './namespaces.ts'
import { inTransaction } from './transaction.ts'

const AT = 'catalog_name = ? AND table_namespace = ? AND table_name = ?'
const IS_TABLE = "coalesce(iceberg_type, 'TABLE') = 'TABLE'"

export function dropTable(db: DatabaseSync, catalog: string, entry: CatalogEntry): void {
  const sql = `DELETE FROM iceberg_tables WHERE ${AT} AND metadata_location = ? AND ${IS_TABLE}`
  if (db.prepare(sql).run(catalog, ...split(entry.table), entry.metadataLocation).changes === 1) return
  throw dropLostRace(entry)
}

export function renameTable(db: DatabaseSync, catalog: string, table: string, to: string): void {
  inTransaction(db, () => {
    const [namespace, name] = split(to)
    if (!db.prepare(`SELECT 1 FROM iceberg_tables WHERE ${AT} AND ${IS_TABLE}`).get(catalog, ...split(table)))
      throw noTable(table)
    if (!namespaceProperties(db, catalog, namespace)) throw noNamespace(namespace)
    if (db.prepare(`SELECT 1 FROM iceberg_tables WHERE ${AT}`).get(catalog, namespace, name)) throw tableExists(to)
    // The old namespace stays, though its last table may have left it.
    db.prepare("INSERT OR IGNORE INTO iceberg_namespace_properties VALUES (?, ?, 'exists', 'true')").run(
      catalog,
      split(table)[0],
    )
    db.prepare(`UPDATE iceberg_tables SET table_namespace = ?, table_name = ? WHERE ${AT}`).run(
      namespace,
      name,
      catalog,
      ...split(table),
    )
  })
}
