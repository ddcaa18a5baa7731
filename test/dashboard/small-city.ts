import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Definition, definitionSchema } from '../../src/dashboard/definition/definition.ts'
import { openDuckDb } from '../../src/engine/duckdb/engine.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { literal } from '../../src/model/sql-text.ts'

/** An incident of a city that has only what a dashboard needs. */
export interface SmallIncident {
  id: number
  /** `2024-03-10 02:30:00` */
  moment: string
  kind: string | null
  area: number | null
  night: boolean | null
  lat: number | null
  lon: number | null
  solved: boolean | null
}

export const smallDefinition: Definition = definitionSchema.parse({
  title: 'Without a solution',
  incidents: 'SELECT * FROM city.incidents',
  measure: {
    value: { label: 'not solved', when: 'solved = false' },
    base: { label: 'incidents' },
    unknown: { label: 'not known', when: 'solved IS NULL' },
  },
  maturity: { label: 'solved', when: 'solved = true', within_days: [30] },
  dimensions: {
    kind: { kind: 'category', label: 'Kind', sql: 'kind' },
    month: { kind: 'time', label: 'Month' },
    hours: { kind: 'weekday_hour', label: 'Hours' },
    area: { kind: 'category', label: 'Area', sql: 'area', labels: { 1: 'First' } },
    night: { kind: 'boolean', label: 'Night', sql: 'night' },
    place: { kind: 'hexagon', label: 'Place', latitude: 'lat', longitude: 'lon', origin: [41.9, -87.6], size_m: 2000 },
  },
  charts: [
    { id: 'kinds', kind: 'ranked_bars', dimension: 'kind', title: 'Kinds', spark: true },
    { id: 'months', kind: 'columns', dimension: 'month', title: 'Months' },
    { id: 'hours', kind: 'heat_map', dimension: 'hours', title: 'Hours' },
    { id: 'areas', kind: 'areas', dimension: 'area', title: 'Areas' },
    { id: 'nights', kind: 'ranked_bars', dimension: 'night', title: 'Nights' },
    { id: 'places', kind: 'hexagon_map', dimension: 'place', title: 'Places' },
    { id: 'list', kind: 'incidents', title: 'List', columns: { id: 'Incident', moment: 'When', kind: 'Kind' } },
  ],
})

export const smallColumns = { key: 'id', occurred: 'moment' }

/** An engine that has these incidents as `city.incidents`. */
export async function openSmallCity(incidents: readonly SmallIncident[]): Promise<Engine> {
  const folder = await mkdtemp(join(tmpdir(), 'blotter-'))
  const engine = await openDuckDb({ memoryBytes: 256 * 2 ** 20, spillFolder: join(folder, 'spill') })
  await engine.run('CREATE SCHEMA city')
  await engine.run(`CREATE TABLE city.incidents
    (id BIGINT, moment TIMESTAMP, kind VARCHAR, area INTEGER, night BOOLEAN, lat DOUBLE, lon DOUBLE, solved BOOLEAN)`)
  const rows = incidents.map(
    ({ id, moment, kind, area, night, lat, lon, solved }) =>
      `(${id}, TIMESTAMP ${literal(moment)}, ${kind === null ? 'NULL' : literal(kind)}, ${area}, ${night}, ${lat}, ${lon}, ${solved})`,
  )
  if (rows.length > 0) await engine.run(`INSERT INTO city.incidents VALUES ${rows.join(', ')}`)
  return {
    ...engine,
    async [Symbol.asyncDispose]() {
      await engine[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
