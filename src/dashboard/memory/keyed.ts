import { identifier } from '../../model/sql-text.ts'
import type { Definition, Dimension } from '../definition/definition.ts'
import { hexagonNumberSql, hexagonStepsSql } from './hexagon.ts'

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

/**
 * A SELECT of the incidents with all their columns, the key of each dimension (a text, of hexagons a number; NULL for none)
 * and the state.
 */
export function keyedSql(definition: Definition, { occurred }: Incidents): string {
  const dimensions = Object.entries(definition.dimensions)
  const places = dimensions.flatMap(([name, dimension]) => placeSql(name, dimension))
  const keys = dimensions.flatMap(([name, dimension]) => {
    const sql = keySql(name, dimension, identifier(occurred))
    return sql === undefined ? [] : [`${sql} AS ${identifier(keyColumn(name))}`]
  })
  const { value, unknown } = definition.measure
  const state = `CASE WHEN ${value.when} THEN ${STATE.value} WHEN ${unknown.when} THEN ${STATE.unknown} ELSE ${STATE.other} END`
  const placed = ['*', ...places].join(', ')
  const all = ['*', ...keys, `${state} AS ${identifier(STATE_COLUMN)}`].join(', ')
  return `SELECT ${all} FROM (SELECT ${placed} FROM (${definition.incidents}))`
}

function stepColumn(name: string, axis: 'x' | 'y'): string {
  return identifier(`blotter ${axis} ${name}`)
}

/** The columns that the key of a hexagon is made of; none for other kinds. */
export function placeSql(name: string, dimension: Dimension): string[] {
  if (dimension.kind !== 'hexagon') return []
  const { origin, size_m: sizeM, latitude, longitude } = dimension
  const { x, y } = hexagonStepsSql({ origin, sizeM }, latitude, longitude)
  return [`${x} AS ${stepColumn(name, 'x')}`, `${y} AS ${stepColumn(name, 'y')}`]
}

/** An incident's key: a text, of hexagons a number. Undefined for time, which is told by days. */
export function keySql(name: string, dimension: Dimension, at: string): string | undefined {
  switch (dimension.kind) {
    case 'category':
      return `(${dimension.sql})::VARCHAR`
    case 'boolean':
      return `(${dimension.sql})::BOOLEAN::VARCHAR`
    case 'weekday_hour':
      return `isodow(${at})::VARCHAR || '-' || hour(${at})::VARCHAR`
    case 'hexagon':
      return hexagonNumberSql(stepColumn(name, 'x'), stepColumn(name, 'y'))
    case 'time':
      return undefined
  }
}
