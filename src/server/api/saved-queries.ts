import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Asker } from '../../query/saved-queries.ts'
import type { Services } from '../services.ts'
import { sendCached } from './caching.ts'
import { addEndpoint, type Described, none } from './endpoint.ts'
import { askerOf } from './queries.ts'
import { savedName, savedQuery, sql } from './query-shapes.ts'
import { page, ref } from './shapes.ts'

const PATH = '/v1/saved-queries/:name'
const named = z.object({ name: savedName })

/** Queries kept under a name, for everybody to run; who saved one may change it, and an admin may. */
export function savedQueries(app: FastifyInstance, { console }: Services): Described[] {
  return [
    addEndpoint(app, {
      path: '/v1/saved-queries',
      name: 'listSavedQueries',
      summary: 'All saved queries, by name',
      parameters: none,
      query: z.object(page),
      answer: z.strictObject({ total: z.int().min(0), queries: z.array(savedQuery) }),
      handle: async ({ query: { offset, limit } }, request, reply) => {
        const all = await console.saved.list()
        const document = { total: all.length, queries: all.slice(offset, offset + limit) }
        return sendCached(request, reply, document, { isFinal: false })
      },
    }),
    addEndpoint(app, {
      path: PATH,
      name: 'getSavedQuery',
      summary: 'One saved query',
      parameters: named,
      query: none,
      answer: savedQuery,
      handle: async ({ parameters }, request, reply) =>
        sendCached(request, reply, await console.saved.get(parameters.name), { isFinal: false }),
    }),
    addEndpoint(app, {
      method: 'PUT',
      path: PATH,
      name: 'saveQuery',
      summary: 'Keeps a query under a name; one of the name is replaced if it is yours',
      parameters: named,
      query: none,
      body: z.strictObject({ sql, at: ref.optional(), doc: z.string().max(2000).optional() }),
      answer: savedQuery,
      handle: async ({ parameters: { name }, body: { sql: text, at, doc } }, request, reply) => {
        const told = { ...(at === undefined ? {} : { at }), ...(doc === undefined ? {} : { doc }) }
        return reply.send(await console.save({ name, sql: text, ...told }, saver(request)))
      },
    }),
    addEndpoint(app, {
      method: 'DELETE',
      path: PATH,
      name: 'removeSavedQuery',
      summary: 'Forgets a saved query of yours',
      parameters: named,
      query: none,
      answer: savedQuery,
      handle: async ({ parameters }, request, reply) =>
        reply.send(await console.saved.remove(parameters.name, saver(request))),
    }),
  ]
}

function saver(request: FastifyRequest): Asker {
  return { name: askerOf(request), isAdmin: request.person?.role === 'admin' }
}
