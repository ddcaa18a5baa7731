import type { Engine } from '../engine/engine.ts'
import type { ChangeCounts } from '../model/change.ts'
import type { Pipeline } from '../model/pipeline.ts'
import { referenceSql, viewStatements } from '../transform/render.ts'

/**
 * How the place of an incident is told: a SELECT over the pipeline's tables that gives each incident's `key`, and as `place` a
 * number or none.
 */
export type PlaceSelect = string

/** Changed incidents of one place; each counts once, and once for each of its kinds. */
export interface ChangedPlace {
  /** Null for those without a place. */
  place: number | null
  incidents: number
  counts: ChangeCounts
}

/** Makes a table of where each changed incident is, or last was where it is gone; its name. `pair` is the folded changes. */
export async function locateChanges(
  engine: Pick<Engine, 'run'>,
  { rawName, reference }: Pick<Pipeline, 'rawName' | 'reference'>,
  pair: string,
  select: PlaceSelect,
): Promise<string> {
  const incidents = `SELECT unnest(CASE WHEN after IS NULL THEN before ELSE after END), NULL::TIMESTAMPTZ AS batch_at FROM ${pair}`
  const tables = [
    { name: rawName, sql: incidents },
    ...reference.map(({ name, file }) => ({ name, sql: referenceSql(file) })),
  ]
  for (const statement of viewStatements(tables)) await engine.run(statement)
  const table = `${pair}_places`
  await engine.run(`CREATE OR REPLACE TEMP TABLE ${table} AS ${select}`)
  return table
}

/** The changes that a condition lets pass, by place. */
export async function countByPlace(
  engine: Pick<Engine, 'rows'>,
  pair: string,
  places: string,
  where: string,
): Promise<ChangedPlace[]> {
  const changes = `SELECT place, kinds FROM ${pair} LEFT JOIN ${places} USING (key) ${where}`
  const totals = await engine.rows(`SELECT place, count(*) AS n FROM (${changes}) GROUP BY place ORDER BY n DESC, place`)
  const kinds = await engine.rows(
    `SELECT place, kind, count(*) AS n FROM (SELECT place, unnest(kinds) AS kind FROM (${changes})) GROUP BY ALL`,
  )
  const counts = Map.groupBy(kinds, ({ place }) => place)
  return totals.map(({ place, n }) => ({
    place: place === null ? null : Number(place),
    incidents: Number(n),
    counts: Object.fromEntries((counts.get(place!) ?? []).map((row) => [String(row['kind']), Number(row['n'])])),
  }))
}
