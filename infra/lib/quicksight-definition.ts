import type { Chart, Definition, Dimension } from '../../src/dashboard/definition/definition.ts'
import type { SqlTable } from '../../src/model/pipeline.ts'

/** One `4-dashboards/NAME.yaml`. */
export interface DashboardFile {
  name: string
  definition: Definition
}

type Column = SqlTable['columns'][number]

const DATA = 'processed'

/**
 * A dashboard's charts as QuickSight draws them: bars, columns by month, the week as a heat map, and the incidents. Maps and shares
 * of a base that the table does not hold have no equal there.
 */
export function dashboardDefinition({ name, definition }: DashboardFile, table: SqlTable, dataSetArn: string) {
  const shown = definition.charts.flatMap((chart) => visualOf(chart, definition, table))
  const time = timeOf(table)
  return {
    dataSetIdentifierDeclarations: [{ identifier: DATA, dataSetArn }],
    calculatedFields: time ? Object.values(WEEK).map((part) => calculated(part, time)) : [],
    sheets: [{ sheetId: name, name: definition.title, title: definition.title, visuals: [countOf(name), ...shown] }],
  }
}

function visualOf(chart: Chart, { dimensions }: Definition, table: SqlTable): Record<string, unknown>[] {
  const titles = {
    visualId: chart.id,
    title: { visibility: 'VISIBLE', formatText: { plainText: chart.title } },
    subtitle: { visibility: 'VISIBLE', formatText: { plainText: chart.subtitle ?? chart.title } },
  }
  if (chart.kind === 'incidents') return [{ tableVisual: { ...titles, chartConfiguration: rowsOf(chart.columns, table) } }]
  if (chart.kind === 'heat_map')
    return timeOf(table) ? [{ heatMapVisual: { ...titles, chartConfiguration: weekOf(chart.id) } }] : []
  if (chart.kind !== 'ranked_bars' && chart.kind !== 'columns' && chart.kind !== 'areas') return []
  const dimension = dimensions[chart.dimension]
  const column = dimension && columnOf(dimension, table)
  if (column === undefined) return []
  const isTime = dimension?.kind === 'time'
  const category = dimensionField(`${chart.id}.by`, column)
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

/** When the incidents of a table happened. */
function timeOf({ columns }: Pick<SqlTable, 'columns'>): Column | undefined {
  return columns.find(({ type }) => type === 'timestamp')
}

/** Parts of that time, by QuickSight's own words for them. */
const WEEK = {
  weekday: { name: 'Weekday, 1 is Sunday', part: 'WD' },
  hour: { name: 'Hour of the day', part: 'HH' },
} as const

function calculated({ name, part }: (typeof WEEK)[keyof typeof WEEK], time: Column) {
  return { dataSetIdentifier: DATA, name, expression: `extract('${part}', {${time.name}})` }
}

function weekOf(id: string): Record<string, unknown> {
  const by = (part: keyof typeof WEEK): Record<string, unknown> =>
    dimensionField(`${id}.${part}`, { name: WEEK[part].name, type: 'int' })
  return {
    fieldWells: {
      heatMapAggregatedFieldWells: { rows: [by('weekday')], columns: [by('hour')], values: [incidents(`${id}.n`)] },
    },
  }
}

/** The table's column that a dimension's SQL names; undefined where it is more than one column, as hexagons are. */
function columnOf(dimension: Dimension, { columns }: SqlTable): Column | undefined {
  if (dimension.kind === 'time') return timeOf({ columns })
  if (!('sql' in dimension)) return undefined
  const named = columns.filter(({ name }) => new RegExp(`\\b${name}\\b`).test(dimension.sql))
  return named.length === 1 ? named[0] : undefined
}

/** A field to count by, of the kind that QuickSight has for columns of this type. */
function dimensionField(fieldId: string, { name, type }: Column): Record<string, unknown> {
  const field = { fieldId, column: { dataSetIdentifier: DATA, columnName: name } }
  if (type === 'timestamp') return { dateDimensionField: { ...field, dateGranularity: 'MONTH' } }
  return ['int', 'long', 'double'].includes(type) ? { numericalDimensionField: field } : { categoricalDimensionField: field }
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

/** The chart's own columns that the table has, under its labels, newest first. */
function rowsOf(labels: Readonly<Record<string, string>>, { columns }: SqlTable): Record<string, unknown> {
  const shown = Object.entries(labels).flatMap(([name, customLabel]) => {
    const column = columns.find((one) => one.name === name)
    return column ? [{ ...column, fieldId: `row.${name}`, customLabel }] : []
  })
  const time = shown.find(({ type }) => type === 'timestamp')
  return {
    fieldWells: {
      tableUnaggregatedFieldWells: {
        values: shown.map(({ fieldId, name }) => ({ fieldId, column: { dataSetIdentifier: DATA, columnName: name } })),
      },
    },
    fieldOptions: { selectedFieldOptions: shown.map(({ fieldId, customLabel }) => ({ fieldId, customLabel })) },
    ...(time ? { sortConfiguration: { rowSort: [{ fieldSort: { fieldId: time.fieldId, direction: 'DESC' } }] } } : {}),
  }
}
