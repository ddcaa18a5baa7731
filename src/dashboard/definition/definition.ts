import { z } from 'zod'

/** A dashboard as its file declares it (`4-dashboards/NAME.yaml`): what is counted, by what, and how it is drawn. */

const text = z.string().min(1).max(2000)
const sql = z.string().min(1).max(20_000)
/** Names stand in links and in SQL. */
const NAME = /^[a-z][a-z0-9_]{0,39}$/
const name = z.string().regex(NAME, 'expected a name of small letters, digits and underscores')
/** What links to the API and to the page use for other things than dimensions. */
const API_NAMES = ['at', 'from', 'to', 'compare', 'compare_batch', 'chart', 'format', 'offset', 'limit', 'sort']
const TAKEN = [...API_NAMES, 'asof', 'board', 'vs', 'q']

const label = text.meta({ description: 'What people read.' })

const category = z.strictObject({
  kind: z.literal('category'),
  label,
  sql: sql.meta({ description: 'An expression over the incidents; its text is the key, no value is `unknown`.' }),
  labels: z.record(z.string(), text).default({}).meta({ description: 'What people read in place of a key.' }),
})
const boolean = z.strictObject({
  kind: z.literal('boolean'),
  label,
  sql: sql.meta({ description: 'A condition over the incidents.' }),
})
const time = z.strictObject({ kind: z.literal('time'), label })
const weekdayHour = z.strictObject({ kind: z.literal('weekday_hour'), label })
const hexagon = z.strictObject({
  kind: z.literal('hexagon'),
  label,
  latitude: sql.meta({ description: 'Degrees, WGS 84; no value where there is no place.' }),
  longitude: sql.meta({ description: 'Degrees, WGS 84; no value where there is no place.' }),
  origin: z
    .tuple([z.number().min(-80).max(80), z.number().min(-180).max(180)])
    .meta({ description: 'Latitude and longitude in the middle of the city: the grid is true to size there.' }),
  size_m: z.number().min(20).max(50_000).meta({ description: 'From a hexagon’s middle to its corners, in metres.' }),
})
const dimension = z.discriminatedUnion('kind', [category, boolean, time, weekdayHour, hexagon])

const boundaries = z.strictObject({
  file: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,79}\.geojson$/, 'expected the name of a .geojson file that lies beside this one')
    .meta({ description: 'GeoJSON (RFC 7946) with polygons, beside this file.' }),
  property: text.meta({ description: 'The property of its features that holds the key of a dimension.' }),
  digits: z.int().min(1).max(20).optional().meta({ description: 'Zeros go before shorter keys: 3 makes 1 the key 001.' }),
  optional: z.boolean().default(false).meta({ description: 'Where there is no file, there is no map, and no mistake.' }),
})

const chartBase = { id: name, title: text, subtitle: text.optional() }
const chart = z.discriminatedUnion('kind', [
  z.strictObject({
    ...chartBase,
    kind: z.literal('ranked_bars'),
    dimension: name,
    top: z.int().min(1).max(1000).optional().meta({ description: 'Show so many values; the rest is summed up as other.' }),
    spark: z.boolean().default(false).meta({ description: 'Show the last twelve complete months of each value.' }),
  }),
  z.strictObject({ ...chartBase, kind: z.literal('columns'), dimension: name }),
  z.strictObject({ ...chartBase, kind: z.literal('heat_map'), dimension: name }),
  z.strictObject({ ...chartBase, kind: z.literal('areas'), dimension: name }),
  z.strictObject({
    ...chartBase,
    kind: z.literal('boundary_map'),
    dimension: name,
    boundaries: name.meta({ description: 'Which of `boundaries:` it fills.' }),
  }),
  z.strictObject({
    ...chartBase,
    kind: z.literal('hexagon_map'),
    dimension: name,
    boundaries: name.optional().meta({ description: 'Which of `boundaries:` are drawn as lines over it.' }),
  }),
  z.strictObject({ ...chartBase, kind: z.literal('maturity') }),
  z.strictObject({
    ...chartBase,
    kind: z.literal('incidents'),
    columns: z.record(z.string(), text).meta({ description: 'Columns of the incidents, and what people read above each.' }),
  }),
])

/** Kinds of dimension that a kind of chart can draw. */
const DRAWS: Readonly<Record<string, readonly string[]>> = {
  ranked_bars: ['category', 'boolean'],
  columns: ['time'],
  heat_map: ['weekday_hour'],
  areas: ['category'],
  boundary_map: ['category'],
  hexagon_map: ['hexagon'],
}

export const definitionSchema = z
  .strictObject({
    title: text,
    incidents: sql.meta({ description: 'A SELECT over the tables of the batch (DuckDB) with one row an incident.' }),
    measure: z.strictObject({
      value: z.strictObject({ label, when: sql }).meta({ description: 'The incidents that the dashboard is about.' }),
      base: z.strictObject({ label }).meta({ description: 'All incidents.' }),
      unknown: z.strictObject({ label, when: sql }).meta({ description: 'Incidents of which it is not known.' }),
    }),
    maturity: z
      .strictObject({ label, when: sql, within_days: z.array(z.int().min(1).max(3650)).min(1).max(6) })
      .optional()
      .meta({ description: 'What comes of an incident later, and how soon.' }),
    dimensions: z.record(name, dimension),
    boundaries: z.record(name, boundaries).default({}).meta({ description: 'Outlines of areas, for maps.' }),
    charts: z.array(chart).min(1).max(30),
    cautions: z.array(text).max(20).default([]).meta({ description: 'What the numbers are not.' }),
  })
  .superRefine(checkNames)

export type Definition = z.output<typeof definitionSchema>
export type Dimension = Definition['dimensions'][string]
export type Chart = Definition['charts'][number]

interface Named {
  dimensions: Record<string, { kind: string }>
  boundaries: Record<string, unknown>
  charts: readonly { id: string; kind: string; dimension?: string; boundaries?: string | undefined }[]
  maturity?: unknown
}

function checkNames({ dimensions, boundaries: outlines, charts, maturity }: Named, context: z.RefinementCtx): void {
  const issue = (path: PropertyKey[], message: string): void => context.addIssue({ code: 'custom', path, message })
  const kinds = Object.values(dimensions).map(({ kind }) => kind)
  if (kinds.filter((kind) => kind === 'time').length !== 1) issue(['dimensions'], 'expected one dimension of kind time')
  if (!kinds.includes('category')) issue(['dimensions'], 'expected a dimension of kind category')
  for (const taken of TAKEN.filter((word) => Object.hasOwn(dimensions, word)))
    issue(['dimensions', taken], `"${taken}" means something else in links; expected another name`)
  charts.forEach((drawing, i) => {
    if (charts.findIndex(({ id }) => id === drawing.id) < i) issue(['charts', i, 'id'], `"${drawing.id}" is another chart`)
    if (drawing.kind === 'maturity' && maturity === undefined)
      issue(['charts', i, 'kind'], 'expected `maturity:` to say what comes of incidents')
    if (drawing.boundaries !== undefined && !Object.hasOwn(outlines, drawing.boundaries))
      issue(['charts', i, 'boundaries'], `"${drawing.boundaries}" is none of \`boundaries:\``)
    if (drawing.dimension === undefined) return
    const found = Object.hasOwn(dimensions, drawing.dimension) ? dimensions[drawing.dimension] : undefined
    const known = Object.keys(dimensions).join(', ')
    if (!found) issue(['charts', i, 'dimension'], `"${drawing.dimension}" is no dimension; there are ${known}`)
    else if (!DRAWS[drawing.kind]?.includes(found.kind))
      issue(['charts', i, 'dimension'], `${drawing.kind} cannot draw the kind ${found.kind}`)
  })
}

/** The JSON Schema that editors complete a dashboard's file with; shipped as `docs/dashboard.schema.json`. */
export function dashboardJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(definitionSchema, { io: 'input' }), title: 'A dashboard of Blotter' }
}
