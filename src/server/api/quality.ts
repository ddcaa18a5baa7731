import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Services } from '../services.ts'
import { sendCached } from './caching.ts'
import { addEndpoint, type Described, none } from './endpoint.ts'
import { batch, count, page } from './shapes.ts'

const byRule = z.record(z.string(), count)

const qualityList = z
  .strictObject({
    total: count,
    batches: z.array(
      batch.pick({ batch_at: true, run: true, kind: true, rows: true }).extend({
        repairs: byRule.meta({ description: 'Values that were put right, by rule.' }),
        warnings: byRule.meta({ description: 'Rows that look odd and are in the lake all the same, by rule.' }),
        quarantined: byRule.meta({ description: 'Rows that this batch met first, by the rule that they broke.' }),
      }),
    ),
  })
  .meta({ id: 'QualityList' })

/** What the rows of each batch were like. */
export function quality(app: FastifyInstance, { catalogPages }: Services): Described[] {
  return [
    addEndpoint(app, {
      path: '/v1/quality',
      name: 'listQuality',
      summary: 'Repairs, warnings and quarantined rows of every batch, the newest first',
      parameters: none,
      query: z.object(page),
      answer: qualityList,
      handle: async ({ query: { offset, limit } }, request, reply) => {
        const all = await catalogPages.quality()
        const part = { total: all.length, batches: all.slice(offset, offset + limit) }
        return sendCached(request, reply, part, { isFinal: false })
      },
    }),
  ]
}
