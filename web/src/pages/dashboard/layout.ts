import type { ChartSpec, Dashboard } from '../../dashboards.ts'

/** Of twelve columns. A map is tall: what follows it stands beside it. */
const SPANS: Readonly<Record<ChartSpec['kind'], string>> = {
  ranked_bars: 'span-6',
  areas: 'span-6',
  columns: 'span-12',
  heat_map: 'span-7',
  hexagon_map: 'span-5 span-tall',
  maturity: 'span-7',
  incidents: 'span-12',
}

/** How wide each chart of a dashboard stands, by its id. */
export function layoutOf({ charts, dimensions }: Dashboard): Map<string, string> {
  const isFlag = (chart: ChartSpec): boolean => dimensions.find(({ name }) => name === chart.dimension)?.kind === 'boolean'
  return new Map(
    charts.map((chart, index) => {
      const before = charts[index - 1]?.kind
      if (chart.kind === 'ranked_bars' && index === 0) return [chart.id, 'span-12']
      if (before === 'hexagon_map' && SPANS[chart.kind] === 'span-6') return [chart.id, 'span-7']
      return [chart.id, isFlag(chart) ? 'span-5' : SPANS[chart.kind]]
    }),
  )
}
