import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { askStatement } from '../../dashboard/chart-statement.ts'
import type { Services } from '../services.ts'
import { sendCached } from './caching.ts'
import { chartId, filterParameters, filtersOf, keys, named } from './dashboard-filters.ts'
import { boundaries, chartSql } from './dashboard-shapes.ts'
import { addEndpoint, type Described, none } from './endpoint.ts'

/** What charts stand on: the outlines that maps are drawn with, and the SQL of each. */
export function dashboardCharts(app: FastifyInstance, { dashboards }: Services): Described[] {
  return [
    addEndpoint(app, {
      path: '/v1/dashboards/:name/boundaries/:boundaries',
      name: 'getBoundaries',
      summary: 'The outlines of areas that maps of a dashboard are drawn with',
      parameters: named.extend({ boundaries: z.string().min(1).max(80) }),
      query: none,
      answer: boundaries,
      handle: async ({ parameters }, request, reply) => {
        const features = (await dashboards().shapes(parameters.name, parameters.boundaries)).map(({ key, polygons }) => ({
          type: 'Feature',
          id: key,
          properties: null,
          geometry: { type: 'MultiPolygon', coordinates: polygons },
        }))
        return sendCached(request, reply, { type: 'FeatureCollection', features }, { isFinal: false })
      },
    }),
    addEndpoint(app, {
      path: '/v1/dashboards/:name/sql',
      name: 'getChartSql',
      summary: 'The SQL that gives a chart’s figures out of the tables of the batch',
      parameters: named,
      query: z.object({ ...filterParameters, chart: chartId.meta({ description: 'The id of a chart.' }) }).catchall(keys),
      answer: chartSql,
      handle: async ({ parameters: { name }, query: { at, chart: id, ...asked } }, request, reply) => {
        const statement = await askStatement(dashboards(), name, { at, chart: id, filters: filtersOf(asked) })
        return sendCached(request, reply, statement, { isFinal: false })
      },
    }),
  ]
}
