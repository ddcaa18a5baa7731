import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { isBatchAt } from '../../model/batch-at.ts'
import type { Services } from '../services.ts'
import { sendCached } from './caching.ts'
import { addEndpoint, type Described, none } from './endpoint.ts'
import { batchAt, change, count, countsByKind, page, ref } from './shapes.ts'

const type = z.string().nullable()
const filter = z.string().max(200).optional()

const changesBetween = z
  .strictObject({
    from: batchAt,
    to: batchAt,
    incidents: count.meta({ description: 'Incidents with any change, each once, without those that are only restamped.' }),
    counts: countsByKind,
    category: z.string().nullable().meta({ description: 'The column whose values types are.' }),
    by_type: z.array(z.strictObject({ type, incidents: count, counts: countsByKind })),
    reclassified: z.array(z.strictObject({ from: type, to: type, n: count })),
    total: count.meta({ description: 'Incidents that fit the filters; rows are a part of them.' }),
    rows: z.array(change),
  })
  .meta({ id: 'Changes' })

const hexagons = z.string().min(1).max(80)
const filters = {
  from: ref.default('latest~1'),
  to: ref.default('latest'),
  kind: filter.meta({ description: 'Only incidents with this kind of change.' }),
  type: filter.meta({ description: 'Only incidents of this type.' }),
  was: filter.meta({ description: 'Only incidents that were of this type.' }),
  is: filter.meta({ description: 'Only incidents that are of this type now.' }),
}

const changedPlaces = z
  .strictObject({
    from: batchAt,
    to: batchAt,
    size_m: z.number().meta({ description: 'From the middle of a hexagon to a corner.' }),
    places: z
      .array(
        z.strictObject({
          key: z.string().meta({ description: '`unknown` for incidents without a place.' }),
          lat: z.number().optional(),
          lon: z.number().optional(),
          incidents: count,
          counts: countsByKind,
        }),
      )
      .meta({ description: 'Most incidents first.' }),
  })
  .meta({ id: 'ChangedPlaces' })

/** What changed between two batches; filters narrow `rows` and `total` alone, so that a page shows them against the whole. */
export function changes(app: FastifyInstance, services: Services): Described[] {
  return [
    addEndpoint(app, {
      path: '/v1/changes',
      name: 'listChanges',
      summary: 'What changed between two batches: counts, by type, and incident by incident',
      parameters: none,
      query: z.object({
        ...filters,
        dashboard: hexagons.optional().meta({ description: 'Whose hexagons `place` is one of.' }),
        place: filter.meta({ description: 'Only incidents of this hexagon.' }),
        ...page,
      }),
      answer: changesBetween,
      handle: async ({ query }, request, reply) => {
        // What a dashboard calls a place can change with its file.
        const isFinal = isBatchAt(query.from) && isBatchAt(query.to) && query.place === undefined
        return sendCached(request, reply, await services.changes(query), { isFinal })
      },
    }),
    addEndpoint(app, {
      path: '/v1/changes/places',
      name: 'listChangedPlaces',
      summary: 'Where the changes between two batches are: incidents by hexagon of a dashboard, and by kind',
      parameters: none,
      query: z.object({
        ...filters,
        dashboard: hexagons.meta({ description: 'The dashboard whose hexagons are counted.' }),
      }),
      answer: changedPlaces,
      handle: async ({ query }, request, reply) =>
        sendCached(request, reply, await services.changedPlaces(query), { isFinal: false }),
    }),
  ]
}
