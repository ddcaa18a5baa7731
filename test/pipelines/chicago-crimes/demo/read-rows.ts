import definition from '../../../../pipelines/chicago-crimes/0-source.ts'
import { incidents } from '../../../../pipelines/chicago-crimes/demo/incidents.ts'
import type { DemoChunk } from '../../../../src/index.ts'

/** A row of the demo by column name, as a reader of the lake would see it. */
export interface Row {
  id: bigint
  case_number: string | null
  date: string
  block: string
  iucr: string
  primary_type: string
  description: string
  location_description: string | null
  arrest: boolean
  domestic: boolean
  beat: string
  district: string
  ward: number | null
  community_area: number | null
  fbi_code: string
  x_coordinate: number | null
  y_coordinate: number | null
  year: number
  updated_on: string
  latitude: number | null
  longitude: number | null
  location: string | null
}

export const COLUMNS = definition.columns.map((column) => column.name) as (keyof Row)[]

export function rowAt(chunk: DemoChunk, at: number): Row {
  return Object.fromEntries(COLUMNS.map((name, c) => [name, chunk.columns[c]![at]])) as unknown as Row
}

export function* rowsOf(options: { rows: number; seed: number; day: number }): Generator<Row> {
  for (const chunk of incidents.incidents(options)) for (let at = 0; at < chunk.rows; at++) yield rowAt(chunk, at)
}
