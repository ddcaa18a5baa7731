import { statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { BlotterError } from '../../errors.ts'
import { makeFolder } from '../../folders.ts'
import { openToRead } from '../../state/open-to-read.ts'
import type { Catalog, CatalogEntry, CatalogSwap } from '../catalog.ts'
import { lostRace } from '../refusal.ts'
import { split } from '../table-name.ts'
import { CANTOPEN, catalogDamaged, READONLY, sqliteError } from './failure.ts'
import { createNamespace, dropNamespace, namespaceProperties, updateNamespace } from './namespaces.ts'
import { dropTable, renameTable } from './tables.ts'
import { inTransaction } from './transaction.ts'

export interface SqliteCatalogOptions {
  /** The name under which rows are kept: one file can hold several catalogs. */
  name: string
  /** Whether to make the file when it is not there, by default true; else its absence is `lake_missing`. */
  create?: boolean
}

const BUSY_TIMEOUT_MS = 15_000

// The schema of pyiceberg's SqlCatalog ("V1", with iceberg_type), so that pyiceberg, Spark's and Trino's JDBC catalogs use
// the same file.
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS iceberg_tables (
    catalog_name VARCHAR(255) NOT NULL, table_namespace VARCHAR(255) NOT NULL, table_name VARCHAR(255) NOT NULL,
    metadata_location VARCHAR(1000), previous_metadata_location VARCHAR(1000), iceberg_type VARCHAR(5),
    PRIMARY KEY (catalog_name, table_namespace, table_name));
  CREATE TABLE IF NOT EXISTS iceberg_namespace_properties (
    catalog_name VARCHAR(255) NOT NULL, namespace VARCHAR(255) NOT NULL,
    property_key VARCHAR(255) NOT NULL, property_value VARCHAR(1000),
    PRIMARY KEY (catalog_name, namespace, property_key));`

const IS_TABLE = "coalesce(iceberg_type, 'TABLE') = 'TABLE'"

/**
 * Opens, or makes, a catalog in one SQLite file. Several processes may use it at once: readers never wait, writers wait up
 * to 15 s for each other. Throws `lake_missing`, `lake_damaged`, `lake_unwritable`, `disk_full`, `run_locked`.
 */
export function openSqliteCatalog(file: string, { name, create = true }: SqliteCatalogOptions): Catalog {
  const guard = <T>(work: () => T): T => {
    try {
      return work()
    } catch (error) {
      throw sqliteError(error, file, BUSY_TIMEOUT_MS)
    }
  }
  const db = guard(() => whole(open(file, create), file))
  const rows = (sql: string, ...values: string[]): Record<string, unknown>[] =>
    guard(() => db.prepare(sql).all(name, ...values))
  let closed = false
  return {
    name,
    async namespaces() {
      const found = rows(
        `SELECT namespace AS n FROM iceberg_namespace_properties WHERE catalog_name = ?1
         UNION SELECT table_namespace FROM iceberg_tables WHERE catalog_name = ?1 ORDER BY 1`,
      )
      return found.map((row) => String(row['n']))
    },
    async tables(namespace) {
      const sql = `SELECT table_namespace, table_name, metadata_location FROM iceberg_tables
        WHERE catalog_name = ?1 AND ${IS_TABLE} ${namespace === undefined ? '' : 'AND table_namespace = ?2'} ORDER BY 1, 2`
      return rows(sql, ...(namespace === undefined ? [] : [namespace])).map(entryOf)
    },
    async entry(table) {
      const sql = `SELECT table_namespace, table_name, metadata_location FROM iceberg_tables
        WHERE catalog_name = ? AND table_namespace = ? AND table_name = ? AND ${IS_TABLE}`
      return rows(sql, ...split(table)).map(entryOf)[0]
    },
    async commit(swaps) {
      if (swaps.length > 0) guard(() => commitAll(db, name, swaps))
    },
    drop: async (entry) => guard(() => dropTable(db, name, entry)),
    rename: async (table, to) => guard(() => renameTable(db, name, table, to)),
    namespace: async (namespace) => guard(() => namespaceProperties(db, name, namespace)),
    createNamespace: async (namespace, properties) => guard(() => createNamespace(db, name, namespace, properties)),
    updateNamespace: async (namespace, set, removed) => guard(() => updateNamespace(db, name, namespace, set, removed)),
    dropNamespace: async (namespace) => guard(() => dropNamespace(db, name, namespace)),
    close() {
      if (!closed) db.close()
      closed = true
    },
  }
}

function open(file: string, create: boolean): DatabaseSync {
  const found = statSync(file, { throwIfNoEntry: false })
  if (!found && !create) {
    throw new BlotterError('lake_missing', `There is no lake at ${dirname(file)}: expected the file ${file}.`, {
      todo: 'Name the lake with --lake DIR, or make one with `blotter run`.',
      context: { file },
    })
  }
  if (!found) makeFolder(dirname(file))
  const db = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS })
  try {
    prepare(db)
    return db
  } catch (error) {
    db.close()
    const primary = ((error as { errcode?: number }).errcode ?? 0) & 0xff
    if (create || (primary !== READONLY && primary !== CANTOPEN)) throw error
    return openToRead(file, BUSY_TIMEOUT_MS)
  }
}

/**
 * SQLite itself notices damage only where it stumbles over it; a table that is not listed any more would be missing without
 * a word. A catalog is small, so that a look at all of it costs a millisecond.
 */
function whole(db: DatabaseSync, file: string): DatabaseSync {
  try {
    const found = Object.values(db.prepare('PRAGMA integrity_check(1)').get() ?? {})[0]
    if (found !== 'ok') throw catalogDamaged(file, String(found).replaceAll('\n', ' '))
    const odd = db
      .prepare("SELECT iceberg_type AS kind FROM iceberg_tables WHERE iceberg_type NOT IN ('TABLE', 'VIEW')")
      .get()
    if (odd) throw catalogDamaged(file, `it lists a ${String(odd['kind'])}, and there are only tables and views`)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

function prepare(db: DatabaseSync): void {
  // Readers do not wait for writers (WAL), and a commit that has returned survives a power cut (FULL).
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  const known = db.prepare('SELECT name FROM pragma_table_info(?)').all('iceberg_tables')
  if (known.some((column) => column['name'] === 'iceberg_type')) return
  inTransaction(db, () => {
    db.exec(SCHEMA)
    const columns = db.prepare('SELECT name FROM pragma_table_info(?)').all('iceberg_tables')
    const current = columns.some((column) => column['name'] === 'iceberg_type')
    if (!current) db.exec('ALTER TABLE iceberg_tables ADD COLUMN iceberg_type VARCHAR(5)') // A file of an older pyiceberg.
  })
}

function commitAll(db: DatabaseSync, catalog: string, swaps: readonly CatalogSwap[]): void {
  inTransaction(db, () => {
    for (const swap of swaps) {
      const [namespace, table] = split(swap.table)
      const moved =
        swap.from === null ? insert(db, catalog, namespace, table, swap.to) : move(db, catalog, namespace, table, swap)
      if (!moved) throw conflict(db, catalog, swap)
    }
  })
}

function insert(db: DatabaseSync, catalog: string, namespace: string, table: string, to: string): boolean {
  db.prepare("INSERT OR IGNORE INTO iceberg_namespace_properties VALUES (?, ?, 'exists', 'true')").run(catalog, namespace)
  const sql = `INSERT INTO iceberg_tables (catalog_name, table_namespace, table_name, metadata_location, iceberg_type)
    VALUES (?, ?, ?, ?, 'TABLE') ON CONFLICT DO NOTHING`
  return db.prepare(sql).run(catalog, namespace, table, to).changes === 1
}

function move(db: DatabaseSync, catalog: string, namespace: string, table: string, { from, to }: CatalogSwap): boolean {
  const sql = `UPDATE iceberg_tables SET metadata_location = ?, previous_metadata_location = ?
    WHERE catalog_name = ? AND table_namespace = ? AND table_name = ? AND metadata_location = ?`
  return db.prepare(sql).run(to, from, catalog, namespace, table, from).changes === 1
}

function conflict(db: DatabaseSync, catalog: string, swap: CatalogSwap): BlotterError {
  const sql =
    'SELECT metadata_location AS at FROM iceberg_tables WHERE catalog_name = ? AND table_namespace = ? AND table_name = ?'
  const found = db.prepare(sql).get(catalog, ...split(swap.table))?.['at'] ?? null
  return lostRace(swap, found === null ? null : String(found))
}

function entryOf(row: Record<string, unknown>): CatalogEntry {
  return {
    table: `${String(row['table_namespace'])}.${String(row['table_name'])}`,
    metadataLocation: String(row['metadata_location']),
  }
}
