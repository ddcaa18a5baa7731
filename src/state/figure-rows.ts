import type { Database } from './database.ts'

/** How many deliveries of alerts there are in each state. */
export function countDeliveries(database: Database): Record<string, number> {
  const rows = database.all<{ state: string; n: number }>('SELECT state, count(*) AS n FROM alert_deliveries GROUP BY state')
  return Object.fromEntries(rows.map(({ state, n }) => [state, n]))
}
