/**
 * The tables that a parsed statement reads (`raw.crimes`, in lower case), so that only those are opened; undefined where it may
 * ask for any: it describes or lists tables, or names one that is not of the lake, of which the engine then knows the nearest.
 */
export function tablesRead(parsed: unknown, known: readonly string[]): ReadonlySet<string> | undefined {
  const { tables, unknown, isOpen } = tablesNamed(parsed, known)
  return isOpen || unknown.length > 0 ? undefined : new Set(tables)
}

/** The tables that a parsed statement names, and those among them that are none of the known. */
export function tablesNamed(
  parsed: unknown,
  known: readonly string[],
): { tables: string[]; unknown: string[]; isOpen: boolean } {
  const found: Found = { tables: new Set(), own: new Set(), isOpen: false }
  walk(parsed, found)
  const names = new Set(known.map((name) => name.toLowerCase()))
  const tables = [...found.tables].filter((name) => !found.own.has(name))
  return { tables, unknown: tables.filter((name) => !names.has(name)), isOpen: found.isOpen }
}

interface Found {
  tables: Set<string>
  /** Names that the statement itself gives (WITH). */
  own: Set<string>
  /** It asks what there is: any table may be meant. */
  isOpen: boolean
}

function walk(node: unknown, found: Found): void {
  if (typeof node !== 'object' || node === null) return
  const { type, schema_name: schema, table_name: table, function: call, cte_map: ctes } = node as Record<string, unknown>
  if (type === 'SHOW_REF') found.isOpen = true
  if (type === 'BASE_TABLE') found.tables.add([schema, table].filter(Boolean).join('.').toLowerCase())
  if (type === 'TABLE_FUNCTION') {
    const name = String((call as Record<string, unknown> | undefined)?.['function_name'] ?? '')
    if (/^(duckdb|pragma)_/i.test(name)) found.isOpen = true
  }
  const { map = [] } = (ctes ?? {}) as { map?: { key: string }[] }
  for (const { key } of map) found.own.add(key.toLowerCase())
  for (const inner of Object.values(node)) walk(inner, found)
}
