import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { BlotterError } from '../../errors.ts'
import type { Access } from '../authentication.ts'

/** A way of asking: what is validated, documented and answered, said once. */
export interface Endpoint<
  Parameters extends z.ZodObject = z.ZodObject,
  Query extends z.ZodObject = z.ZodObject,
  Body extends z.ZodType = z.ZodType,
> extends Omit<Access, 'page'> {
  /** Default GET. */
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** `/v1/batches/:batch` */
  path: string
  name: string
  summary: string
  /** Requests of one client in a time, where they are to be fewer than those of others. */
  limit?: { max: number; timeWindow: number }
  parameters: Parameters
  query: Query
  /** Of a JSON body; left out where none is read. */
  body?: Body
  answer: z.ZodType
  /** Of a good answer; default 200. */
  status?: number
  /** Media type of a good answer, or each that it may have; default JSON. */
  type?: string | readonly string[]
  handle(
    asked: { parameters: z.output<Parameters>; query: z.output<Query>; body: z.output<Body> },
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply>
}

/** An endpoint of any kind, as the OpenAPI document describes it. */
export type Described = Omit<Endpoint, 'handle'>

/** What asks for no parameters. */
export const none = z.object({})

/** Adds an endpoint; what it is asked has been checked when it is called. */
export function addEndpoint<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType>(
  app: FastifyInstance,
  endpoint: Endpoint<P, Q, B>,
): Described {
  const { method = 'GET', path: url } = endpoint
  app.route({
    method,
    url,
    config: { ...accessTo(endpoint), act: endpoint.name, ...(endpoint.limit ? { rateLimit: endpoint.limit } : {}) },
    handler: async (request, reply) => {
      const asked = {
        parameters: checked(endpoint.parameters, request.params),
        query: checked(endpoint.query, request.query),
        body: (endpoint.body ? checked(endpoint.body, request.body) : undefined) as z.output<B>,
      }
      return endpoint.handle(asked, request, reply)
    },
  })
  return endpoint
}

/** What says nothing of who may ask is for everybody who may use the API. */
function accessTo({ open, scope, role, confirm }: Access): Access {
  return { open, scope: scope ?? (open || role !== undefined ? undefined : 'api'), role, confirm }
}

function checked<T extends z.ZodType>(schema: T, given: unknown): z.output<T> {
  const result = schema.safeParse(given)
  if (result.success) return result.data
  throw new BlotterError('usage', `The request does not fit: ${z.prettifyError(result.error).replaceAll('\n', ' ')}`, {
    todo: '/api/openapi.json says what does.',
  })
}
