import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { isBatchAt } from '../../model/batch-at.ts'
import type { Services } from '../services.ts'
import { sendCached } from './caching.ts'
import { addEndpoint, type Described, none } from './endpoint.ts'
import { batchAt, count, ref } from './shapes.ts'

const text = z.string().nullable()
const input = z.strictObject({
  table: z.string(),
  column: z.string(),
  kinds: z.array(z.string()).meta({ description: 'OpenLineage’s words: IDENTITY, FILTER, …' }),
})
const unresolved = z.array(z.string()).meta({ description: 'What could not be followed, in words.' })

const graph = z
  .strictObject({
    batch_at: batchAt,
    run: text,
    code_version: text,
    tables: z.array(
      z.strictObject({
        name: z.string(),
        kind: z.enum(['source', 'reference', 'table']),
        doc: z.string(),
        dataset: z.strictObject({ namespace: z.string(), name: z.string() }).nullable(),
        version: text,
        rows: count.nullable(),
        made_by: z
          .strictObject({
            batch_at: batchAt,
            run: text,
            code_version: text,
            kind: text,
            step: text,
            query: text,
            file: text,
          })
          .nullable(),
        from: z.array(z.strictObject({ name: z.string(), version: text })),
        columns: z.array(
          z.strictObject({ name: z.string(), type: text, expression: text, inputs: z.array(input), unresolved }),
        ),
        decided_by: z.array(input).meta({ description: 'Columns that decide which rows there are.' }),
        unresolved,
      }),
    ),
  })
  .meta({ id: 'LineageGraph' })

/** Where every table and column comes from, as it was written when the batch was made. */
export function lineage(app: FastifyInstance, services: Services): Described[] {
  return [
    addEndpoint(app, {
      path: '/v1/lineage',
      name: 'getLineage',
      summary: 'Where the tables and columns of a batch come from; of one table, all that leads to it',
      parameters: none,
      query: z.object({ at: ref.default('latest'), table: z.string().min(1).max(200).optional() }),
      answer: graph,
      handle: async ({ query: { at, table } }, request, reply) => {
        const { graph: found } = await services.lineage({ at, ...(table === undefined ? {} : { table }) })
        // A batch is told of once it is published, which may be a moment after it can be asked for.
        const isTold = found.tables.every((node) => node.kind !== 'table' || node.dataset !== null)
        return sendCached(request, reply, found, { isFinal: isTold && isBatchAt(at) })
      },
    }),
  ]
}
