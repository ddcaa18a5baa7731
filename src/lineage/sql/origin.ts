/** How an input column gets into an output: the subtypes of OpenLineage's column lineage facet. */
export const DIRECT = ['IDENTITY', 'TRANSFORMATION', 'AGGREGATION'] as const
export const INDIRECT = ['JOIN', 'GROUP_BY', 'FILTER', 'SORT', 'WINDOW', 'CONDITIONAL'] as const
export type DirectFlow = (typeof DIRECT)[number]
export type IndirectFlow = (typeof INDIRECT)[number]
export type FlowKind = DirectFlow | IndirectFlow

/** One column of a table, and what it does to an output: its value goes in, or it only decides about it. */
export interface Flow {
  table: string
  column: string
  kind: FlowKind
}

/** Where a value comes from; `unresolved` says in words what could not be followed. */
export interface Origin {
  flows: readonly Flow[]
  unresolved: readonly string[]
}

export const NOWHERE: Origin = { flows: [], unresolved: [] }

export function isDirect(kind: FlowKind): kind is DirectFlow {
  return (DIRECT as readonly string[]).includes(kind)
}

export function unresolved(why: string): Origin {
  return { flows: [], unresolved: [why] }
}

/** All origins as one, each flow once, in the order in which they are met. */
export function together(origins: readonly Origin[]): Origin {
  const flows = new Map<string, Flow>()
  for (const flow of origins.flatMap((origin) => origin.flows)) {
    const key = JSON.stringify([flow.table, flow.column, flow.kind])
    if (!flows.has(key)) flows.set(key, flow)
  }
  return { flows: [...flows.values()], unresolved: [...new Set(origins.flatMap((origin) => origin.unresolved))] }
}

/**
 * The origin of what is made from a value in this way. A value that was aggregated once stays so, what only decided
 * about the value goes on doing that, and what decides over a value decides over all that the value came from.
 */
export function through(origin: Origin, kind: FlowKind): Origin {
  const over = (before: FlowKind): FlowKind => {
    if (!isDirect(kind)) return kind
    if (!isDirect(before)) return before
    return DIRECT.indexOf(before) > DIRECT.indexOf(kind) ? before : kind
  }
  return together([
    { flows: origin.flows.map((flow) => ({ ...flow, kind: over(flow.kind) })), unresolved: origin.unresolved },
  ])
}
