import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { BlotterError } from '../../errors.ts'

/** A way of asking: what is validated, documented and answered, said once. */
export interface Endpoint<Parameters extends z.ZodObject, Query extends z.ZodObject> {
  /** `/v1/batches/:batch` */
  path: string
  name: string
  summary: string
  parameters: Parameters
  query: Query
  answer: z.ZodType
  handle(
    asked: { parameters: z.output<Parameters>; query: z.output<Query> },
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply>
}

/** An endpoint of any kind, as the OpenAPI document describes it. */
export type Described = Pick<
  Endpoint<z.ZodObject, z.ZodObject>,
  'path' | 'name' | 'summary' | 'parameters' | 'query' | 'answer'
>

/** Adds an endpoint for reading; its parameters have been checked when it is called. */
export function addEndpoint<P extends z.ZodObject, Q extends z.ZodObject>(
  app: FastifyInstance,
  endpoint: Endpoint<P, Q>,
): Described {
  app.get(endpoint.path, { config: { scope: 'api' } }, async (request, reply) => {
    const asked = { parameters: checked(endpoint.parameters, request.params), query: checked(endpoint.query, request.query) }
    return endpoint.handle(asked, request, reply)
  })
  return endpoint
}

function checked<T extends z.ZodType>(schema: T, given: unknown): z.output<T> {
  const result = schema.safeParse(given)
  if (result.success) return result.data
  throw new BlotterError('usage', `The request does not fit: ${z.prettifyError(result.error).replaceAll('\n', ' ')}`, {
    todo: '/api/openapi.json says what does.',
  })
}
