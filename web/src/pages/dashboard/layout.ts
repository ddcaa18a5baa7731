import type { ChartSpec, Dashboard } from '../../dashboards.ts'

/** Of twelve columns. A map is tall: what follows it stands beside it. */
const SPANS: Readonly<Record<ChartSpec['kind'], string>> = {
  ranked_bars: 'span-6',
  areas: 'span-6',
  columns: 'span-12',
  heat_map: 'span-6',
  boundary_map: 'span-6 tall',
  hexagon_map: 'span-6 tall',
  maturity: 'span-6',
  incidents: 'span-12',
}

/** How wide each chart of a dashboard stands, by its id: the first list whole, most others half. */
export function layoutOf({ charts }: Dashboard): Map<string, string> {
  const isWhole = (chart: ChartSpec, index: number): boolean => chart.kind === 'ranked_bars' && index === 0
  return new Map(charts.map((chart, index) => [chart.id, isWhole(chart, index) ? 'span-12' : SPANS[chart.kind]]))
}
