import { z } from 'zod'
import type { Described } from './endpoint.ts'
import { problem } from './shapes.ts'

/** The OpenAPI document (3.1) of these endpoints, made from the schemas that check what is asked. */
export function openApiDocument(endpoints: readonly Described[], version: string): unknown {
  const paths = endpoints.map((endpoint) => [
    `/api${endpoint.path.replaceAll(/:(\w+)/g, '{$1}')}`,
    { get: operation(endpoint) },
  ])
  return {
    openapi: '3.1.0',
    info: {
      title: 'Blotter',
      version,
      description: 'A city’s crime table, versioned. Errors are problem documents (RFC 9457).',
    },
    paths: Object.fromEntries(paths),
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    security: [{ token: [] }],
  }
}

function operation({ name, summary, parameters, query, answer }: Described): unknown {
  const errors = {
    400: 'Bad request',
    401: 'No token',
    403: 'A token without the scope api',
    404: 'Not found',
    421: 'Another host',
    500: 'A fault',
  }
  return {
    operationId: name,
    summary,
    parameters: [...described(parameters, 'path'), ...described(query, 'query')],
    responses: {
      200: {
        description: 'The answer',
        headers: { ETag: { schema: { type: 'string' } } },
        ...content('application/json', answer),
      },
      304: { description: 'Known already' },
      ...Object.fromEntries(
        Object.entries(errors).map(([status, description]) => [
          status,
          { description, ...content('application/problem+json', problem) },
        ]),
      ),
    },
  }
}

function described(schema: z.ZodObject, place: 'path' | 'query'): unknown[] {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input' })
  return Object.entries(properties).map(([name, inner]) => ({
    name,
    in: place,
    required: required.includes(name),
    schema: inner,
  }))
}

function content(type: string, schema: z.ZodType): { content: Record<string, unknown> } {
  const { $schema: _, ...inline } = z.toJSONSchema(schema, { reused: 'inline' })
  return { content: { [type]: { schema: inline } } }
}
