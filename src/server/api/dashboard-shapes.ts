import { z } from 'zod'
import { batchAt } from './shapes.ts'

const count = z.int().min(0)
const share = z.number().min(0).max(1).nullable().meta({ description: 'value / base; null where base is less than 10.' })
const days = z.strictObject({ from: z.string(), to: z.string() }).meta({ description: 'Two days, both included.' })

export const dashboardList = z.strictObject({
  dashboards: z.array(z.strictObject({ name: z.string(), title: z.string() })),
  problems: z
    .array(z.strictObject({ file: z.string(), line: z.int(), column: z.int(), message: z.string() }))
    .meta({ description: 'Mistakes in files; what was there before goes on serving.' }),
})

export const refreshState = z.strictObject({
  state: z.enum(['fresh', 'loading', 'failed']),
  since: z.string(),
  problem: z.strictObject({ code: z.string(), message: z.string(), todo: z.string() }).optional(),
})

const dimension = z.strictObject({
  name: z.string(),
  label: z.string(),
  kind: z.enum(['category', 'boolean', 'time', 'weekday_hour', 'hexagon']),
  size_m: z.number().optional().meta({ description: 'Of a hexagon, from its middle to a corner.' }),
  values: z
    .array(
      z.strictObject({
        key: z.string(),
        label: z.string().optional(),
        lat: z.number().optional(),
        lon: z.number().optional(),
      }),
    )
    .optional(),
})

const chart = z.strictObject({
  id: z.string(),
  kind: z.enum(['ranked_bars', 'columns', 'heat_map', 'areas', 'boundary_map', 'hexagon_map', 'maturity', 'incidents']),
  title: z.string(),
  subtitle: z.string().nullable(),
  dimension: z.string().nullable(),
  top: z.int().optional(),
  boundaries: z.string().optional().meta({ description: 'Of a map: the boundaries that it fills, or draws as lines.' }),
  columns: z.array(z.strictObject({ name: z.string(), label: z.string() })).optional(),
})

export const dashboardShape = z.strictObject({
  name: z.string(),
  title: z.string(),
  batch_at: batchAt,
  loaded_at: z.string(),
  is_latest: z.boolean(),
  zone: z.string(),
  rows: count,
  first_date: z.string(),
  data_through: z.string(),
  refresh: refreshState,
  measure: z.strictObject({ value: z.string(), base: z.string(), unknown: z.string() }),
  dimensions: z.array(dimension),
  charts: z.array(chart),
  cautions: z.array(z.string()),
})

const mark = z.strictObject({
  key: z.string(),
  label: z.string().optional(),
  value: count,
  base: count,
  share,
  compared: z
    .strictObject({ now: count, value: count, base: count, z: z.number(), is_marked: z.boolean() })
    .optional()
    .meta({ description: 'z = 2(√now − √value); marked beyond 3.' }),
  since_batch: z.int().optional(),
  spark: z.array(count).optional().meta({ description: 'The last twelve complete months, oldest first.' }),
})

export const dashboardFigures = z.strictObject({
  batch_at: batchAt,
  period: days,
  compared_period: z
    .strictObject({ now: days, earlier: days })
    .nullable()
    .optional()
    .meta({ description: 'null where there is nothing complete to compare, or the data do not reach back so far.' }),
  cards: z.strictObject({
    value: count,
    base: count,
    unknown: count,
    share,
    change: z.strictObject({ since: batchAt, value: z.int() }).nullable(),
    data_through: z.string(),
  }),
  charts: z.record(
    z.string(),
    z.strictObject({
      marks: z.array(mark),
      unfinished: z.string().optional(),
      other: z.strictObject({ value: count, base: count, count }).optional(),
    }),
  ),
  unmatched: z.array(z.string()).meta({ description: 'Filters that no incident has.' }),
  server_ms: z.number(),
})

const position = z.tuple([z.number(), z.number()])

export const boundaries = z
  .strictObject({
    type: z.literal('FeatureCollection'),
    features: z.array(
      z.strictObject({
        type: z.literal('Feature'),
        id: z.string().meta({ description: 'The key of a dimension.' }),
        properties: z.null(),
        geometry: z.strictObject({
          type: z.literal('MultiPolygon'),
          coordinates: z.array(z.array(z.array(position))),
        }),
      }),
    ),
  })
  .meta({ description: 'GeoJSON (RFC 7946), as fine as a screen.' })

export const chartSql = z.strictObject({
  batch_at: batchAt.meta({ description: 'The batch to run it as of.' }),
  sql: z.string().meta({ description: 'One SELECT over the tables of the batch.' }),
})

const cell = z.union([z.string(), z.number(), z.boolean(), z.null()])

export const incidentsPage = z.strictObject({
  batch_at: batchAt,
  total: count,
  rows: z.array(z.record(z.string(), cell)),
})

export const maturity = z.strictObject({
  batch_at: batchAt,
  ledger_from: batchAt.meta({ description: 'The first batch: what was before it nobody knows.' }),
  days: z.array(z.int()),
  months: z.array(
    z.strictObject({
      month: z.string(),
      figures: z.array(
        z.strictObject({
          days: z.int(),
          base: count.meta({ description: 'Incidents of the month whose days ended within the ledger.' }),
          value: count.meta({ description: 'Those of them that had come to it by then.' }),
          share,
          is_partial: z.boolean().meta({ description: 'True where these are not all incidents of the month.' }),
        }),
      ),
    }),
  ),
})
