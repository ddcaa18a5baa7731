import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Services } from '../services.ts'
import { sendCached } from './caching.ts'
import { addEndpoint, type Described, none } from './endpoint.ts'
import { batchAt, change, id, incident, ref } from './shapes.ts'

const life = z
  .strictObject({
    id: z.string(),
    entered: batchAt.meta({
      description: 'The batch that first saw it; the first of all where it was there from the start.',
    }),
    changes: z.array(
      change.omit({ id: true }).extend({
        batch_at: batchAt,
        by_restore: z.literal(true).optional().meta({ description: 'Not the source did it.' }),
      }),
    ),
    now: incident.nullable().meta({ description: 'As it stands, with the batch that brought it; null where it is gone.' }),
  })
  .meta({ id: 'IncidentLife' })

const found = z
  .strictObject({
    batch_at: batchAt,
    incidents: z.array(
      z.strictObject({
        id,
        found_by: z.string().meta({ description: 'The column that holds what was looked for.' }),
        incident,
        is_gone: z.boolean().meta({ description: 'Then this is how it last was.' }),
        batch_at: batchAt.meta({ description: 'The batch that brought this version, or found it gone.' }),
      }),
    ),
  })
  .meta({ id: 'FoundIncidents' })

/** One incident's life, and the way to find incidents. */
export function incidents(app: FastifyInstance, services: Services): Described[] {
  return [
    addEndpoint(app, {
      path: '/v1/incidents/:id',
      name: 'getIncident',
      summary: 'What every batch did to one incident, oldest first, and how it stands',
      parameters: z.object({ id: z.string().min(1).max(20) }),
      query: none,
      answer: life,
      handle: async ({ parameters }, request, reply) =>
        sendCached(request, reply, await services.incident(parameters.id), { isFinal: false }),
    }),
    addEndpoint(app, {
      path: '/v1/search',
      name: 'searchIncidents',
      summary: 'Incidents by their key, or by another column that the pipeline names; 20 at most',
      parameters: none,
      query: z.object({ q: z.string().trim().min(1).max(100), at: ref.default('latest') }),
      answer: found,
      handle: async ({ query }, request, reply) =>
        sendCached(request, reply, await services.search(query.q, query.at), { isFinal: false }),
    }),
  ]
}
