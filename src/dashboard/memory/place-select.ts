import { identifier } from '../../model/sql-text.ts'
import type { Definition } from '../definition/definition.ts'
import { hexagonCentre, type HexagonGrid, hexagonKey, hexagonNumber } from './hexagon.ts'
import { type Incidents, keyColumn, keyedSql, UNKNOWN } from './keyed.ts'

/** The hexagons of a dashboard, for others that count by them. */
export interface Hexagons {
  grid: HexagonGrid
  /** A SELECT over the pipeline's tables: `key` of each incident, and as `place` the number of its hexagon, or none. */
  select: string
}

/** Those of the first dimension of hexagons; undefined where there is none. */
export function hexagonsOf(definition: Definition, incidents: Incidents): Hexagons | undefined {
  const [name, dimension] = Object.entries(definition.dimensions).find(([, { kind }]) => kind === 'hexagon') ?? []
  if (name === undefined || dimension?.kind !== 'hexagon') return undefined
  const columns = `${identifier(incidents.key)} AS key, ${identifier(keyColumn(name))} AS place`
  return {
    grid: { origin: dimension.origin, sizeM: dimension.size_m },
    select: `SELECT ${columns} FROM (${keyedSql(definition, incidents)})`,
  }
}

/** A place as figures tell it: its key, and where it is; without one, `unknown`. */
export function placeOf({ grid }: Hexagons, number: number | null): { key: string; lat?: number; lon?: number } {
  const key = number === null ? UNKNOWN : hexagonKey(number)
  return number === null ? { key } : { key, ...hexagonCentre(grid, key) }
}

/** The number of a place's key, null for `unknown`; undefined for what is no key. */
export function placeNumber(key: string): number | null | undefined {
  return key === UNKNOWN ? null : hexagonNumber(key)
}
