/**
 * The one spelling of a location for comparing: Blotter, pyiceberg and Trino write `file:///x`, Spark writes `file:/x`, and
 * some write plain `/x`. Nothing is percent-decoded: Iceberg locations are not URLs, `%20` is three characters of a name.
 */
export function canonicalLocation(location: string): string {
  return location.replace(/^file:(?:\/\/)?(?=\/)/, '')
}

/** The same as a SQL expression (DuckDB). */
export function canonicalLocationSql(expression: string): string {
  return `regexp_replace(${expression}, '^file:(//)?/', '/')`
}

/** The location without its last part: `file:///lake/raw/crimes/metadata` of a file in there. */
export function folderOf(location: string): string {
  return location.slice(0, location.lastIndexOf('/'))
}
