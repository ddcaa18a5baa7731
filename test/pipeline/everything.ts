import type { City } from './city.ts'

const TABLES = [
  'raw.crimes',
  'processed.crimes_without_arrest',
  'aggregates.by_type',
  'history.changes',
  'history.batches',
  'quarantine.crimes',
]

/** Every row of every sort of table as of a batch. */
export async function everything(city: City, at: string): Promise<unknown[]> {
  const rows = []
  for (const table of TABLES) rows.push(await city.query(`select * from ${table} order by all`, at))
  return rows
}
