import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { type Exported, exportChart } from '../../dashboard/export.ts'
import { askIncidents } from '../../dashboard/incidents.ts'
import { askMaturity } from '../../dashboard/maturity.ts'
import { BlotterError } from '../../errors.ts'
import type { Services } from '../services.ts'
import { sendCached, sendCachedText } from './caching.ts'
import { chartId, compareParameters, filterParameters, filtersOf, keys, named } from './dashboard-filters.ts'
import { incidentsPage, maturity } from './dashboard-shapes.ts'
import { addEndpoint, type Described } from './endpoint.ts'

/** Each works an engine of its own; who comes when so many are made is asked to come again. */
const MOST_EXPORTS = 3

/** What stands behind a dashboard's figures: the incidents, what became of them, and files of either. */
export function dashboardIncidents(app: FastifyInstance, { dashboards }: Services): Described[] {
  const make = boundedExports()
  return [
    addEndpoint(app, {
      path: '/v1/dashboards/:name/incidents',
      name: 'listDashboardIncidents',
      summary: 'A page of the incidents that pass the filters',
      parameters: named,
      query: z
        .object({
          ...filterParameters,
          offset: z.coerce.number().int().min(0).max(1e9).default(0),
          limit: z.coerce.number().int().min(1).max(500).default(100),
          sort: z
            .string()
            .min(1)
            .max(200)
            .default('-date')
            .meta({
              description:
                'When they happened (`date`) or a column that the dashboard lists (`block`), with `-` in front the newest or ' +
                'largest first. Those without a value come last, those of one value newest first.',
            }),
        })
        .catchall(keys),
      answer: incidentsPage,
      handle: async ({ parameters: { name }, query }, request, reply) => {
        const { at, offset, limit, sort, ...asked } = query
        const wish = { at, offset, limit, sort, filters: filtersOf(asked) }
        return sendCached(request, reply, await askIncidents(dashboards(), name, wish), { isFinal: false })
      },
    }),
    addEndpoint(app, {
      path: '/v1/dashboards/:name/maturity',
      name: 'getMaturity',
      summary: 'What became of each month’s incidents within so many days, as far as the ledger reaches',
      parameters: named,
      query: z.object(filterParameters).catchall(keys),
      answer: maturity,
      handle: async ({ parameters: { name }, query: { at, ...asked } }, request, reply) => {
        const text = await askMaturity(dashboards(), name, { at, filters: filtersOf(asked) })
        return sendCachedText(request, reply, text, { isFinal: false })
      },
    }),
    addEndpoint(app, {
      path: '/v1/dashboards/:name/export',
      name: 'exportDashboard',
      summary: 'A chart’s figures or the incidents as a file with the batch in its name',
      parameters: named,
      query: z
        .object({
          ...filterParameters,
          ...compareParameters,
          format: z.enum(['csv', 'parquet']).default('csv'),
          chart: chartId.meta({ description: 'The id of a chart, or `incidents`.' }),
        })
        .catchall(keys),
      type: 'text/csv',
      answer: z.string(),
      handle: async ({ parameters: { name }, query }, _request, reply) => {
        const { at, format, chart, compare, compare_batch: compareBatch, ...asked } = query
        const wish = { at, format, chart, compare, compareBatch, filters: filtersOf(asked) }
        const { fileName, type, body } = await make(() => exportChart(dashboards(), name, wish))
        return reply.type(type).header('content-disposition', `attachment; filename="${fileName}"`).send(body)
      },
    }),
  ]
}

function boundedExports(): (work: () => Promise<Exported>) => Promise<Exported> {
  let open = 0
  return async (work) => {
    if (open >= MOST_EXPORTS)
      throw new BlotterError('run_locked', `${MOST_EXPORTS} files are being made already.`, {
        todo: 'Try again when one of them is done.',
      })
    open++
    try {
      const made = await work()
      made.body.on('close', () => open--)
      return made
    } catch (error) {
      open--
      throw error
    }
  }
}
