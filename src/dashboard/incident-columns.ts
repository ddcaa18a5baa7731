import { BlotterError } from '../errors.ts'
import type { Definition } from './definition/definition.ts'

/** The columns that the dashboard lists of an incident. Throws `usage` where it lists none. */
export function incidentColumns(definition: Definition): { name: string; label: string }[] {
  const chart = definition.charts.find((one) => one.kind === 'incidents')
  if (chart?.kind === 'incidents') return Object.entries(chart.columns).map(([name, label]) => ({ name, label }))
  throw new BlotterError('usage', 'This dashboard lists no incidents.', {
    todo: 'Give it a chart of kind `incidents` with its columns.',
  })
}
