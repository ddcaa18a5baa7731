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
  close(): void
}
