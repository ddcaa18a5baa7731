import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { askFigures } from '../../dashboard/ask.ts'
import { describeDashboard } from '../../dashboard/definition/describe.ts'
import type { Services } from '../services.ts'
import { sendCached, sendCachedText } from './caching.ts'
import { dashboardCharts } from './dashboard-charts.ts'
import { compareParameters, filterParameters, filtersOf, keys, named } from './dashboard-filters.ts'
import { dashboardIncidents } from './dashboard-incidents.ts'
import { dashboardFigures, dashboardList, dashboardShape, refreshState } from './dashboard-shapes.ts'
import { addEndpoint, type Described, none } from './endpoint.ts'
import { ref } from './shapes.ts'

/** The dashboards: what they show, their figures under any filters, and loading them anew. */
export function dashboards(app: FastifyInstance, services: Services): Described[] {
  const { dashboards } = services
  return [
    ...dashboardCharts(app, services),
    ...dashboardIncidents(app, services),
    addEndpoint(app, {
      path: '/v1/dashboards',
      name: 'listDashboards',
      summary: 'The pipeline’s dashboards, and mistakes in their files',
      parameters: none,
      query: none,
      answer: dashboardList,
      handle: async (_asked, request, reply) => sendCached(request, reply, await dashboards().list(), { isFinal: false }),
    }),
    addEndpoint(app, {
      path: '/v1/dashboards/:name',
      name: 'getDashboard',
      summary: 'What a dashboard shows as of a batch',
      parameters: named,
      query: z.object({ at: ref.default('latest') }),
      answer: dashboardShape,
      handle: async ({ parameters: { name }, query: { at } }, request, reply) => {
        const opened = await dashboards().open(name, at)
        return sendCached(request, reply, describeDashboard(name, opened, dashboards().lake.timezone), { isFinal: false })
      },
    }),
    addEndpoint(app, {
      path: '/v1/dashboards/:name/figures',
      name: 'getFigures',
      summary: 'All figures of a dashboard; other parameters are keys of its dimensions, and may be repeated',
      parameters: named,
      query: z
        .object({
          ...filterParameters,
          ...compareParameters,
        })
        .catchall(keys),
      answer: dashboardFigures,
      handle: async ({ parameters: { name }, query }, request, reply) => {
        const { at, compare, compare_batch: compareBatch, ...asked } = query
        const text = await askFigures(dashboards(), name, { at, compare, compareBatch, filters: filtersOf(asked) })
        // A dashboard's file can change, and with it what the same link shows: so even a batch's figures are asked for again.
        return sendCachedText(request, reply, text, { isFinal: false })
      },
    }),
    addEndpoint(app, {
      method: 'POST',
      path: '/v1/dashboards/:name/refresh',
      name: 'refreshDashboard',
      summary: 'Load the newest batch anew; the old one serves until it is complete',
      scope: 'pipeline:write',
      role: 'operator',
      parameters: named,
      query: none,
      answer: refreshState,
      status: 202,
      handle: async ({ parameters: { name } }, _request, reply) => {
        const state = await dashboards().refresh(name)
        return reply.status(202).send({ ...state, since: state.since.toISOString() })
      },
    }),
  ]
}
