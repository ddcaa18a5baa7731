import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Services } from '../services.ts'
import { sendCached } from './caching.ts'
import { addEndpoint, type Described, none } from './endpoint.ts'
import { askerOf, QUERY_LIMIT, whoAsks } from './queries.ts'
import { asked, citation, citationCheck } from './query-shapes.ts'
import { page } from './shapes.ts'

const PATH = '/v1/citations/:citation'
const named = z.object({ citation: z.string().min(1).max(64) })

/** Results that can be quoted, and run again. */
export function citations(app: FastifyInstance, { console }: Services): Described[] {
  return [
    addEndpoint(app, {
      path: '/v1/citations',
      name: 'listCitations',
      summary: 'What has been cited, the newest first',
      parameters: none,
      query: z.object(page),
      answer: z.strictObject({ total: z.int().min(0), citations: z.array(citation) }),
      handle: async ({ query: { offset, limit } }, request, reply) => {
        const all = await console.citations.list()
        const document = { total: all.length, citations: all.slice(offset, offset + limit) }
        return sendCached(request, reply, document, { isFinal: false })
      },
    }),
    addEndpoint(app, {
      method: 'POST',
      path: '/v1/citations',
      name: 'cite',
      summary: 'Runs a statement twice and keeps what it gave, to be quoted; from then on its batches do not expire',
      limit: QUERY_LIMIT,
      parameters: none,
      query: none,
      body: z.strictObject(asked),
      answer: citation,
      status: 201,
      handle: async ({ body }, request, reply) =>
        reply.status(201).send(await console.citations.add({ ...body, ...whoAsks(request, reply) })),
    }),
    addEndpoint(app, {
      path: PATH,
      name: 'getCitation',
      summary: 'One citation',
      parameters: named,
      query: none,
      answer: citation,
      handle: async ({ parameters }, request, reply) =>
        sendCached(request, reply, await console.citations.get(parameters.citation), { isFinal: false }),
    }),
    addEndpoint(app, {
      method: 'POST',
      path: `${PATH}/check`,
      name: 'checkCitation',
      summary: 'Runs the statement again as of the same batches, and compares',
      limit: QUERY_LIMIT,
      parameters: named,
      query: none,
      answer: citationCheck,
      handle: async ({ parameters }, request, reply) =>
        reply.send(await console.citations.check(parameters.citation, askerOf(request), whoAsks(request, reply).gone)),
    }),
    addEndpoint(app, {
      method: 'DELETE',
      path: PATH,
      name: 'removeCitation',
      summary: 'Forgets a citation; its batches may expire from then on',
      scope: 'pipeline:write',
      role: 'operator',
      parameters: named,
      query: none,
      answer: citation,
      handle: async ({ parameters }, _request, reply) => reply.send(await console.citations.remove(parameters.citation)),
    }),
  ]
}
