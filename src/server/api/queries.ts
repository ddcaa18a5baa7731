import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { createReadStream } from 'node:fs'
import { z } from 'zod'
import type { Services } from '../services.ts'
import { sendCached } from './caching.ts'
import { addEndpoint, type Described, none } from './endpoint.ts'
import { asked, cancelAnswer, completions, history, queryAnswer, queryName } from './query-shapes.ts'
import { page, ref } from './shapes.ts'

/** Each starts a process; so many a minute are more than a person asks. */
export const QUERY_LIMIT = { max: 120, timeWindow: 60_000 }
/** From the asking to the last byte of the answer: who reads slower holds it in memory, or on the disk, for nothing. */
const LONGEST_MS = 20 * 60_000

const TYPES = {
  csv: 'text/csv; charset=utf-8; header=present',
  json: 'application/json; charset=utf-8',
  ndjson: 'application/x-ndjson; charset=utf-8',
  parquet: 'application/vnd.apache.parquet',
} as const

/** Queries: each runs in a process of its own, over the files of one batch and nothing else. */
export function queries(app: FastifyInstance, { console }: Services): Described[] {
  return [
    addEndpoint(app, {
      method: 'POST',
      path: '/v1/queries',
      name: 'runQuery',
      summary: 'Runs one read-only statement over the tables of a batch, and gives the first rows of its result',
      limit: QUERY_LIMIT,
      parameters: none,
      query: none,
      body: z.strictObject({ ...asked, limit: z.int().min(1).max(100_000).default(10_000) }),
      answer: queryAnswer,
      handle: async ({ body: { limit, ...wish } }, request, reply) => {
        await using result = await console.query({ ...wish, ...whoAsks(request, reply) }, limit)
        const { query, batchAt, columns, isTruncated, seconds } = result
        const told = { query, batch_at: batchAt, columns, is_truncated: isTruncated, seconds }
        // The rows are JSON already, and may be some megabytes: they are put in as they are.
        const rows = result.text.slice(0, -1).replaceAll('\n', ',\n')
        return reply.type('application/json; charset=utf-8').send(`${JSON.stringify(told).slice(0, -1)},"rows":[${rows}]}`)
      },
    }),
    addEndpoint(app, {
      method: 'POST',
      path: '/v1/queries/export',
      name: 'exportQuery',
      summary:
        'The whole result as a file named after the batch; in CSV, what a spreadsheet would run as a formula is a text',
      limit: QUERY_LIMIT,
      parameters: none,
      query: z.object({ format: z.enum(['csv', 'json', 'ndjson', 'parquet']).default('csv') }),
      body: z.strictObject(asked),
      answer: z.unknown().meta({ description: 'The file.' }),
      type: Object.values(TYPES).map((type) => type.split(';', 1)[0]!),
      handle: async ({ query: { format }, body }, request, reply) => {
        const result = await console.exportFile({ ...body, ...whoAsks(request, reply) }, format)
        const name = `query-${result.batchAt.replaceAll(':', '')}.${format}`
        const file = createReadStream(result.file)
        file.once('close', () => void result[Symbol.asyncDispose]())
        return reply.type(TYPES[format]).header('content-disposition', `attachment; filename="${name}"`).send(file)
      },
    }),
    addEndpoint(app, {
      method: 'DELETE',
      path: '/v1/queries/:query',
      name: 'cancelQuery',
      summary: 'Ends a query of yours that runs; one that has ended is left as it is',
      parameters: z.object({ query: queryName }),
      query: none,
      answer: cancelAnswer,
      handle: async ({ parameters }, request, reply) => reply.send(console.cancel(askerOf(request), parameters.query)),
    }),
    addEndpoint(app, {
      path: '/v1/query-history',
      name: 'listAskedQueries',
      summary: 'What you have asked, the newest first',
      parameters: none,
      query: z.object(page),
      answer: history,
      handle: async ({ query }, request, reply) =>
        sendCached(request, reply, console.history(askerOf(request), query), { isFinal: false }),
    }),
    addEndpoint(app, {
      path: '/v1/completions',
      name: 'getCompletions',
      summary: 'What can be written in a statement: tables and columns as of a batch, and functions',
      parameters: none,
      query: z.object({ at: ref.default('latest') }),
      answer: completions,
      handle: async ({ query: { at } }, request, reply) =>
        // Tables of other engines are as they are now, so that this may change.
        sendCached(request, reply, await console.completions(at), { isFinal: false }),
    }),
  ]
}

/** Who asks, the signal of their going away, since nobody waits for the answer then, and when they have taken it. */
export function whoAsks(request: FastifyRequest, reply: FastifyReply) {
  const gone = new AbortController()
  const late = setTimeout(() => reply.raw.destroy(), LONGEST_MS)
  const answered = new Promise<void>((resolve) => {
    const end = (): void => {
      clearTimeout(late)
      if (!reply.raw.writableEnded) gone.abort()
      resolve()
    }
    reply.raw.once('finish', end).once('close', end)
  })
  return { asker: askerOf(request), gone: gone.signal, answered }
}

export function askerOf({ bearer }: FastifyRequest): string {
  return bearer?.name ?? ''
}
