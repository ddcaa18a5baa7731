export interface Input {
  table: string
  column: string
  /** `IDENTITY`, `TRANSFORMATION`, `AGGREGATION`, `JOIN`, `FILTER`, … */
  kinds: string[]
}

export interface LineageColumn {
  name: string
  type: string | null
  /** What is done, where it is more than taking a column over. */
  expression: string | null
  inputs: Input[]
  unresolved: string[]
}

export interface LineageTable {
  name: string
  kind: 'source' | 'reference' | 'table'
  doc: string
  version: string | null
  rows: number | null
  made_by: {
    batch_at: string
    run: string | null
    code_version: string | null
    kind: string | null
    step: string | null
    query: string | null
    file: string | null
  } | null
  from: { name: string; version: string | null }[]
  columns: LineageColumn[]
  /** Columns that decide which rows there are. */
  decided_by: Input[]
  unresolved: string[]
}

export interface Graph {
  batch_at: string
  /** Sources first, then tables in the way of the data. */
  tables: LineageTable[]
}

/** A column's name in the whole graph: `raw.crimes.arrest`; a source's table has points and slashes, a column has none. */
export function columnId(table: string, column: string): string {
  return `${table}.${column}`
}

export function splitColumn(id: string): { table: string; column: string } {
  const point = id.lastIndexOf('.')
  return { table: id.slice(0, point), column: id.slice(point + 1) }
}

/** One column made of another one. */
export interface Link {
  from: string
  to: string
}

/** Everything that a column comes from and everything that comes from it, itself included, and how they hang together. */
export function pathOf(graph: Graph, column: string): { columns: ReadonlySet<string>; links: Link[] } {
  const links = linksOf(graph)
  const reach = (begin: string, next: (link: Link) => [from: string, to: string]): Set<string> => {
    const seen = new Set([begin])
    // A set can grow while it is walked.
    for (const one of seen)
      for (const link of links) {
        const [from, to] = next(link)
        if (from === one) seen.add(to)
      }
    return seen
  }
  const above = reach(column, (link) => [link.to, link.from])
  const below = reach(column, (link) => [link.from, link.to])
  const isOnPath = ({ from, to }: Link): boolean => (above.has(from) && above.has(to)) || (below.has(from) && below.has(to))
  return { columns: new Set([...above, ...below]), links: links.filter(isOnPath) }
}

/** Columns that are made of this one. */
export function usesOf(graph: Graph, column: string): string[] {
  return linksOf(graph).flatMap((link) => (link.from === column ? [link.to] : []))
}

/** Between tables; a table that goes on from its own earlier version is not its own source here. */
function linksOf({ tables }: Graph): Link[] {
  return tables.flatMap((table) =>
    table.columns.flatMap((column) =>
      column.inputs
        .filter((input) => input.table !== table.name)
        .map((input) => ({ from: columnId(input.table, input.column), to: columnId(table.name, column.name) })),
    ),
  )
}

/** Tables that a table is made of, without itself. */
export function parentsOf(table: LineageTable): string[] {
  return [...new Set(table.from.map((one) => one.name))].filter((name) => name !== table.name)
}
