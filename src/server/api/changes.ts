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

/** What changed between two batches; filters narrow `rows` and `total` alone, so that a page shows them against the whole. */
export function changes(app: FastifyInstance, services: Services): Described[] {
  return [
    addEndpoint(app, {
      path: '/v1/changes',
      name: 'listChanges',
      summary: 'What changed between two batches: counts, by type, and incident by incident',
      parameters: none,
      query: z.object({
        from: ref.default('latest~1'),
        to: ref.default('latest'),
        kind: filter.meta({ description: 'Only incidents with this kind of change.' }),
        type: filter.meta({ description: 'Only incidents of this type.' }),
        was: filter.meta({ description: 'Only incidents that were of this type.' }),
        is: filter.meta({ description: 'Only incidents that are of this type now.' }),
        ...page,
      }),
      answer: changesBetween,
      handle: async ({ query }, request, reply) => {
        const isFinal = isBatchAt(query.from) && isBatchAt(query.to)
        return sendCached(request, reply, await services.changes(query), { isFinal })
      },
    }),
  ]
}
