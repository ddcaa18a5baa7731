import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { BlotterError } from '../../errors.ts'
import { isBatchAt } from '../../model/batch-at.ts'
import type { Services } from '../services.ts'
import { sendCached } from './caching.ts'
import { addEndpoint, type Described, none } from './endpoint.ts'
import { batch, ref, tablesAsOf } from './shapes.ts'

/** Batches, and the tables as of one. What is asked of a batch by its own name is final; by another REF it is not. */
export function batches(app: FastifyInstance, services: Services): Described[] {
  return [
    addEndpoint(app, {
      path: '/v1/batches',
      name: 'listBatches',
      summary: 'All batches, oldest first',
      parameters: none,
      query: none,
      answer: z.array(batch),
      handle: async (_asked, request, reply) => sendCached(request, reply, await services.batches(), { isFinal: false }),
    }),
    addEndpoint(app, {
      path: '/v1/batches/:batch',
      name: 'getBatch',
      summary: 'One batch',
      parameters: z.object({ batch: ref }),
      query: none,
      answer: batch,
      handle: async ({ parameters }, request, reply) => {
        const { batchAt } = await services.tables(parameters.batch)
        const found = (await services.batches()).find((one) => one.batch_at === batchAt)
        if (!found)
          throw new BlotterError('batch_missing', `There is no batch ${parameters.batch}.`, {
            todo: '/api/v1/batches lists them.',
          })
        return sendCached(request, reply, found, { isFinal: isBatchAt(parameters.batch) })
      },
    }),
    addEndpoint(app, {
      path: '/v1/tables',
      name: 'listTables',
      summary: 'The pipeline’s tables as of a batch',
      parameters: none,
      query: z.object({ at: ref.default('latest') }),
      answer: tablesAsOf,
      handle: async ({ query }, request, reply) => {
        const { batchAt, tables } = await services.tables(query.at)
        // Files change when they are compacted, and holds when they are lifted: only what is of the batch stands here.
        const told = tables.map(({ files: _, size_bytes: __, holds: ___, ...table }) => table)
        return sendCached(request, reply, { batch_at: batchAt, tables: told }, { isFinal: isBatchAt(query.at) })
      },
    }),
  ]
}
