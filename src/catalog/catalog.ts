/** Where a table's current metadata lies. */
export interface CatalogEntry {
  /** `raw.crimes` */
  table: string
  metadataLocation: string
}

/** A table's move from one metadata file to the next; `from` is null for a table that does not exist yet. */
export interface CatalogSwap {
  table: string
  from: string | null
  to: string
}

/** Names, pointers and the one commit point (Iceberg: catalog). */
export interface Catalog {
  readonly name: string
  namespaces(): Promise<string[]>
  tables(namespace?: string): Promise<CatalogEntry[]>
  entry(table: string): Promise<CatalogEntry | undefined>
  /** Moves all tables or none. Throws `commit_conflict` naming the table that had moved meanwhile. */
  commit(swaps: readonly CatalogSwap[]): Promise<void>
  /** Takes a table out; its files stay. Throws `commit_conflict` if it is not, or no more, where it was expected. */
  drop(entry: CatalogEntry): Promise<void>
  /** Throws `table_missing`, `table_exists` (a view counts), `namespace_missing` for the new one. */
  rename(table: string, to: string): Promise<void>
  /** A namespace's properties; undefined where there is no such namespace. */
  namespace(namespace: string): Promise<Record<string, string> | undefined>
  /** Throws `namespace_exists`. */
  createNamespace(namespace: string, properties: Readonly<Record<string, string>>): Promise<void>
  /** Sets and removes properties. Throws `namespace_missing`. */
  updateNamespace(namespace: string, set: Readonly<Record<string, string>>, removed: readonly string[]): Promise<void>
  /** Throws `namespace_missing`, `namespace_not_empty` (tables, views or inner namespaces). */
  dropNamespace(namespace: string): Promise<void>
  close(): void
}
