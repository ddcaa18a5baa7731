import type { Query } from '../../api.ts'
import type { DayRange } from '../../charts/periods.ts'
import type { Dimension } from '../../dashboards.ts'
import { type Change, set, usePlace } from '../../url-state.ts'

/** What is chosen on a dashboard; all of it stands in the address. */
export interface Selection {
  /** Keys by the name of their dimension; only dimensions with any. */
  keys: ReadonlyMap<string, ReadonlySet<string>>
  range: Partial<DayRange>
  /** An earlier period that this one is compared with: `previous_year`, `previous_period`. */
  vs: string | undefined
}

export function useSelection(dimensions: readonly Dimension[]): Selection {
  const { params } = usePlace()
  const entries = dimensions.map(({ name }) => [name, new Set(params.getAll(name))] as const)
  return {
    keys: new Map(entries.filter(([, keys]) => keys.size > 0)),
    range: { from: params.get('from') ?? undefined, to: params.get('to') ?? undefined },
    vs: params.get('vs') ?? undefined,
  }
}

/** What the API is asked with. */
export function queryOf({ keys, range, vs }: Selection): Query {
  return { ...range, compare: vs, ...Object.fromEntries([...keys].map(([name, chosen]) => [name, [...chosen]])) }
}

export function isAnythingChosen({ keys, range }: Selection): boolean {
  return keys.size > 0 || range.from !== undefined || range.to !== undefined
}

/** Chooses a key of a dimension, or lets it go. */
export function toggle({ keys }: Selection, dimension: string, key: string): void {
  const chosen = new Set(keys.get(dimension))
  if (!chosen.delete(key)) chosen.add(key)
  set({ [dimension]: [...chosen] })
}

export function setRange({ from, to }: Partial<DayRange>): void {
  set({ from, to })
}

export function clearAll({ keys }: Selection): void {
  const nothing: Record<string, undefined> = Object.fromEntries([...keys.keys()].map((name) => [name, undefined]))
  set({ ...nothing, from: undefined, to: undefined } satisfies Change)
}
