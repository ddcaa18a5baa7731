import type { DatabaseSync } from 'node:sqlite'
import { namespaceExists, namespaceNotEmpty, noNamespace } from '../refusal.ts'
import { inTransaction } from './transaction.ts'

/** What pyiceberg and Spark write so that a namespace without properties has a row. */
const MARKER = 'exists'

/** Undefined where nothing says that there is such a namespace: no property, no table, no namespace within it. */
export function namespaceProperties(
  db: DatabaseSync,
  catalog: string,
  namespace: string,
): Record<string, string> | undefined {
  const sql =
    'SELECT property_key AS k, property_value AS v FROM iceberg_namespace_properties WHERE catalog_name = ? AND namespace = ?'
  const rows = db.prepare(sql).all(catalog, namespace)
  if (rows.length === 0 && !isFilled(db, catalog, namespace)) return undefined
  return Object.fromEntries(
    rows.filter((row) => row['k'] !== MARKER).map((row) => [String(row['k']), String(row['v'] ?? '')]),
  )
}

export function createNamespace(
  db: DatabaseSync,
  catalog: string,
  namespace: string,
  properties: Readonly<Record<string, string>>,
): void {
  inTransaction(db, () => {
    if (namespaceProperties(db, catalog, namespace)) throw namespaceExists(namespace)
    setProperties(db, catalog, namespace, { ...properties, [MARKER]: 'true' })
  })
}

export function updateNamespace(
  db: DatabaseSync,
  catalog: string,
  namespace: string,
  set: Readonly<Record<string, string>>,
  removed: readonly string[],
): void {
  inTransaction(db, () => {
    if (!namespaceProperties(db, catalog, namespace)) throw noNamespace(namespace)
    const remove = db.prepare(
      'DELETE FROM iceberg_namespace_properties WHERE catalog_name = ? AND namespace = ? AND property_key = ?',
    )
    for (const key of removed) if (key !== MARKER) remove.run(catalog, namespace, key)
    setProperties(db, catalog, namespace, { ...set, [MARKER]: 'true' })
  })
}

export function dropNamespace(db: DatabaseSync, catalog: string, namespace: string): void {
  inTransaction(db, () => {
    if (!namespaceProperties(db, catalog, namespace)) throw noNamespace(namespace)
    if (isFilled(db, catalog, namespace)) throw namespaceNotEmpty(namespace)
    db.prepare('DELETE FROM iceberg_namespace_properties WHERE catalog_name = ? AND namespace = ?').run(catalog, namespace)
  })
}

function setProperties(
  db: DatabaseSync,
  catalog: string,
  namespace: string,
  properties: Readonly<Record<string, string>>,
): void {
  const insert = db.prepare('INSERT OR REPLACE INTO iceberg_namespace_properties VALUES (?, ?, ?, ?)')
  for (const [key, value] of Object.entries(properties)) insert.run(catalog, namespace, key, value)
}

/** True if it holds a table, a view, or a namespace. */
function isFilled(db: DatabaseSync, catalog: string, namespace: string): boolean {
  const within = `${namespace}.`
  const sql = `SELECT 1 FROM iceberg_tables WHERE catalog_name = ?1 AND (table_namespace = ?2 OR substr(table_namespace, 1, length(?3)) = ?3)
    UNION ALL SELECT 1 FROM iceberg_namespace_properties WHERE catalog_name = ?1 AND substr(namespace, 1, length(?3)) = ?3 LIMIT 1`
  return db.prepare(sql).get(catalog, namespace, within) !== undefined
}
