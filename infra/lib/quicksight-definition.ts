import type { Chart, Definition, Dimension } from '../../src/dashboard/definition/definition.ts'
import type { SqlTable } from '../../src/model/pipeline.ts'

/** One `4-dashboards/NAME.yaml`. */
export interface DashboardFile {
  name: string
  definition: Definition
}

const DATA = 'processed'

/** A dashboard's charts as QuickSight draws them: bars, columns by month, and the incidents; others have no equal there. */
export function dashboardDefinition({ name, definition }: DashboardFile, table: SqlTable, dataSetArn: string) {
  const shown = definition.charts.flatMap((chart) => visualOf(chart, definition, table))
  return {
    dataSetIdentifierDeclarations: [{ identifier: DATA, dataSetArn }],
    sheets: [{ sheetId: name, name: definition.title, title: definition.title, visuals: [countOf(name), ...shown] }],
  }
}

function visualOf(chart: Chart, { dimensions }: Definition, table: SqlTable): Record<string, unknown>[] {
  const titles = {
    visualId: chart.id,
    title: { visibility: 'VISIBLE', formatText: { plainText: chart.title } },
    subtitle: { visibility: 'VISIBLE', formatText: { plainText: chart.subtitle ?? chart.title } },
  }
  if (chart.kind === 'incidents') return [{ tableVisual: { ...titles, chartConfiguration: { fieldWells: rowsOf(table) } } }]
  if (chart.kind === 'maturity') return []
  const dimension = dimensions[chart.dimension]
  const column = dimension && columnOf(dimension, table)
  if (column === undefined) return []
  const isTime = dimension?.kind === 'time'
  const field = { fieldId: `${chart.id}.by`, column: { dataSetIdentifier: DATA, columnName: column } }
  const category = isTime
    ? { dateDimensionField: { ...field, dateGranularity: 'MONTH' } }
    : { categoricalDimensionField: field }
  const orders = isTime
    ? {}
    : {
        sortConfiguration: {
          categoryItemsLimit: {
            itemsLimit: (chart.kind === 'ranked_bars' ? chart.top : undefined) ?? 20,
            otherCategories: 'INCLUDE',
          },
          categorySort: [{ fieldSort: { fieldId: `${chart.id}.n`, direction: 'DESC' } }],
        },
      }
  return [
    {
      barChartVisual: {
        ...titles,
        chartConfiguration: {
          orientation: isTime ? 'VERTICAL' : 'HORIZONTAL',
          fieldWells: { barChartAggregatedFieldWells: { category: [category], values: [incidents(`${chart.id}.n`)] } },
          ...orders,
        },
      },
    },
  ]
}

/** The table's column that a dimension's SQL names; undefined where it is more than one column, as hexagons are. */
function columnOf(dimension: Dimension, { columns }: SqlTable): string | undefined {
  if (dimension.kind === 'time') return columns.find(({ type }) => type === 'timestamp')?.name
  if (!('sql' in dimension)) return undefined
  const named = columns.filter(({ name }) => new RegExp(`\\b${name}\\b`).test(dimension.sql))
  return named.length === 1 ? named[0]!.name : undefined
}

const incidents = (fieldId: string): Record<string, unknown> => ({
  numericalMeasureField: {
    fieldId,
    column: { dataSetIdentifier: DATA, columnName: 'id' },
    aggregationFunction: { simpleNumericalAggregation: 'COUNT' },
  },
})

function countOf(name: string): Record<string, unknown> {
  return {
    kpiVisual: {
      visualId: `${name}-count`,
      title: { visibility: 'VISIBLE', formatText: { plainText: 'Incidents' } },
      chartConfiguration: { fieldWells: { values: [incidents(`${name}.count`)] } },
    },
  }
}

function rowsOf({ columns }: SqlTable): Record<string, unknown> {
  const values = columns.map(({ name }) => ({
    fieldId: `row.${name}`,
    column: { dataSetIdentifier: DATA, columnName: name },
  }))
  return { tableUnaggregatedFieldWells: { values } }
}
