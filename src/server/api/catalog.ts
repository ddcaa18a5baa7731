import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Services } from '../services.ts'
import { sendCached } from './caching.ts'
import { addEndpoint, type Described } from './endpoint.ts'
import { batchAt, count, page, ref, table } from './shapes.ts'

const named = z.object({
  name: z
    .string()
    .min(1)
    .max(200)
    .meta({ examples: ['raw.crimes'] }),
})
const partition = z.string().nullable().meta({ description: 'The day of a batch; null where the table has no partitions.' })

const snapshot = z.strictObject({
  snapshot_id: z.string(),
  committed_at: z.string(),
  operation: z.string().meta({ description: 'append, overwrite, delete, or replace for what compaction did.' }),
  batch_at: batchAt.nullable().meta({ description: 'The batch that made it.' }),
  tags: z.array(z.string()).meta({ description: 'Batches as of which the table is this version.' }),
  rows: count,
  added_rows: count,
  removed_rows: count,
  files: count,
  size_bytes: count,
})

const tableDetail = z
  .strictObject({
    batch_at: batchAt,
    table: table.extend({
      files: count,
      size_bytes: count,
      holds: z
        .array(z.strictObject({ batch: batchAt, where: z.string().nullable(), since: batchAt }))
        .optional()
        .meta({ description: 'What restores hold of it now.' }),
      location: z.string(),
      partitioned_by: z.array(z.string()).meta({ examples: [['day(batch_at)']] }),
      snapshots: z.array(snapshot),
      snapshots_total: count,
      partitions: z.array(z.strictObject({ partition, files: count, rows: z.int(), size_bytes: count })),
    }),
  })
  .meta({ id: 'TableDetail' })

const fileList = z
  .strictObject({
    batch_at: batchAt,
    total: count,
    files: z.array(
      z.strictObject({
        path: z.string().meta({ description: 'Within the table’s location.' }),
        content: z.enum(['data', 'deletes']),
        partition,
        rows: count,
        size_bytes: count,
      }),
    ),
  })
  .meta({ id: 'FileList' })

const sample = z
  .strictObject({ batch_at: batchAt, columns: z.array(z.string()), rows: z.array(z.array(z.unknown())) })
  .meta({ id: 'Sample' })

const at = ref.default('latest')

/** Tables as they lie in the lake. Compaction changes that under a batch's name, so that nothing here is kept for ever. */
export function catalog(app: FastifyInstance, { catalogPages }: Services): Described[] {
  return [
    addEndpoint(app, {
      path: '/v1/tables/:name',
      name: 'getTable',
      summary: 'One table as of a batch: columns, snapshots with their tags, partitions',
      parameters: named,
      query: z.object({ at }),
      answer: tableDetail,
      handle: async ({ parameters, query }, request, reply) => {
        const { batchAt: batch_at, table: found } = await catalogPages.table(parameters.name, query.at)
        return sendCached(request, reply, { batch_at, table: found }, { isFinal: false })
      },
    }),
    addEndpoint(app, {
      path: '/v1/tables/:name/files',
      name: 'listFiles',
      summary: 'The files that a table reads as of a batch',
      parameters: named,
      query: z.object({ at, ...page }),
      answer: fileList,
      handle: async ({ parameters, query: { at: asked, offset, limit } }, request, reply) => {
        const { batchAt: batch_at, files } = await catalogPages.files(parameters.name, asked)
        const part = { batch_at, total: files.length, files: files.slice(offset, offset + limit) }
        return sendCached(request, reply, part, { isFinal: false })
      },
    }),
    addEndpoint(app, {
      path: '/v1/tables/:name/sample',
      name: 'sampleTable',
      summary: 'A few rows of a table as of a batch, the first as they lie',
      parameters: named,
      query: z.object({ at, limit: z.coerce.number().int().min(1).max(100).default(20) }),
      answer: sample,
      handle: async ({ parameters, query }, request, reply) => {
        const { batchAt: batch_at, columns, rows } = await catalogPages.sample(parameters.name, query.at, query.limit)
        return sendCached(request, reply, { batch_at, columns, rows }, { isFinal: false })
      },
    }),
  ]
}
