import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Services } from '../services.ts'
import { sendCached } from './caching.ts'
import { addEndpoint, type Described, none } from './endpoint.ts'
import { begunRun } from './run-shapes.ts'
import { batchAt, count, page, ref } from './shapes.ts'

const quarantineList = z
  .strictObject({
    total: count,
    rules: z.record(z.string(), count),
    rows: z.array(
      z.strictObject({
        batch_at: batchAt.meta({ description: 'The batch that met it first.' }),
        run: z.string(),
        rule: z.string(),
        key: z.string().nullable(),
        values: z.record(z.string(), z.string().nullable()).meta({ description: 'As found, all as text.' }),
      }),
    ),
  })
  .meta({ id: 'QuarantineList' })

/** Rows that broke a rule, and the way to let in those that pass now. */
export function quarantine(app: FastifyInstance, { runs, quarantined }: Services): Described[] {
  return [
    addEndpoint(app, {
      path: '/v1/quarantine',
      name: 'listQuarantine',
      summary: 'Rows in quarantine, the newest first, with the rule that they broke',
      parameters: none,
      query: z.object({
        rule: z.string().max(100).optional(),
        at: ref.optional().meta({ description: 'Only rows that this batch met first.' }),
        ...page,
      }),
      answer: quarantineList,
      handle: async ({ query: { rule, at, offset, limit } }, request, reply) => {
        const wish = { ...(rule === undefined ? {} : { rule }), ...(at === undefined ? {} : { at }), offset, limit }
        return sendCached(request, reply, await quarantined(wish), { isFinal: false })
      },
    }),
    addEndpoint(app, {
      method: 'POST',
      scope: 'pipeline:write',
      role: 'operator',
      confirm: true,
      path: '/v1/quarantine/release',
      name: 'releaseQuarantine',
      summary: 'Checks all rows in quarantine again, and lands those that pass now as a batch of its own',
      parameters: none,
      query: none,
      answer: begunRun,
      status: 202,
      handle: async (_asked, _request, reply) => reply.status(202).send(await runs.releaseQuarantine()),
    }),
  ]
}
