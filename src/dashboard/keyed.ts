import { identifier } from '../model/sql-text.ts'
import type { Definition, Dimension } from './definition.ts'
import { hexagonKeySql } from './hexagon.ts'

/** The key of incidents that have no value in a dimension. */
export const UNKNOWN = 'unknown'

/** States of an incident in a dashboard's measure; every figure is counted by them. */
export const STATE = { other: 0, value: 1, unknown: 2 } as const
/** Places for states in an array of figures: a power of two, so that a place is found by shifting. */
export const STATES = 4

/** What a pipeline's source says that a dashboard needs. */
export interface Incidents {
  key: string
  /** When an incident happened. */
  occurred: string
}

/** The column of an incident's key in a dimension, in what `keyedSql` selects. */
export function keyColumn(dimension: string): string {
  return `blotter key ${dimension}`
}

export const STATE_COLUMN = 'blotter state'

/** A SELECT of the incidents with all their columns, the key of each dimension (texts, NULL for none) and the state. */
export function keyedSql(definition: Definition, { occurred }: Incidents): string {
  const keys = Object.entries(definition.dimensions).flatMap(([name, dimension]) => {
    const sql = keySql(dimension, occurred)
    return sql === undefined ? [] : [`${sql} AS ${identifier(keyColumn(name))}`]
  })
  const { value, unknown } = definition.measure
  const state = `CASE WHEN ${value.when} THEN ${STATE.value} WHEN ${unknown.when} THEN ${STATE.unknown} ELSE ${STATE.other} END`
  return `SELECT *, ${[...keys, `${state} AS ${identifier(STATE_COLUMN)}`].join(', ')} FROM (${definition.incidents})`
}

/** Undefined for time, which is told by days. */
function keySql(dimension: Dimension, occurred: string): string | undefined {
  const at = identifier(occurred)
  switch (dimension.kind) {
    case 'category':
      return `(${dimension.sql})::VARCHAR`
    case 'boolean':
      return `(${dimension.sql})::BOOLEAN::VARCHAR`
    case 'weekday_hour':
      return `isodow(${at})::VARCHAR || '-' || hour(${at})::VARCHAR`
    case 'hexagon':
      return hexagonKeySql({ origin: dimension.origin, sizeM: dimension.size_m }, dimension.latitude, dimension.longitude)
    case 'time':
      return undefined
  }
}
