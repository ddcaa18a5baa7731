import { z } from 'zod'
import type { Described } from './endpoint.ts'
import { problem } from './shapes.ts'

/** The OpenAPI document (3.1) of these endpoints, made from the schemas that check what is asked. */
export function openApiDocument(endpoints: readonly Described[], version: string): unknown {
  const paths: Record<string, Record<string, unknown>> = {}
  const schemas: Schemas = {}
  for (const endpoint of endpoints) {
    const operations = (paths[`/api${endpoint.path.replaceAll(/:(\w+)/g, '{$1}')}`] ??= {})
    operations[(endpoint.method ?? 'GET').toLowerCase()] = operation(endpoint, schemas)
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Blotter',
      version,
      description: 'A city’s crime table, versioned. Errors are problem documents (RFC 9457).',
    },
    paths,
    components: { schemas, securitySchemes: SCHEMES },
    security: [{ token: [] }, { session: [] }],
  }
}

/** Programs show a token; people a session, and with what changes something the header X-CSRF-Token. */
const SCHEMES = {
  token: { type: 'http', scheme: 'bearer' },
  session: { type: 'apiKey', in: 'cookie', name: 'blotter.session_token' },
}

/** Where an operation is for everybody, or for people alone. */
function securityOf({ open, scope, role }: Described): { security?: unknown[] } {
  if (open) return { security: [] }
  return role !== undefined && scope === undefined ? { security: [{ session: [] }] } : {}
}

function accessWords({ open, scope, role }: Described): string {
  if (open) return 'From another page'
  const words = [
    ...(role === undefined ? [] : [`below the role ${role}`]),
    ...(scope === undefined && role !== undefined ? [] : [`without the scope ${String(scope ?? 'api')}`]),
  ]
  return `Not allowed: ${words.join(', or ')}`
}

/** Schemas that have names, said once and referred to. */
type Schemas = Record<string, unknown>

function operation(endpoint: Described, schemas: Schemas): unknown {
  const { name, summary, parameters, query, body, answer, method = 'GET', status = 200 } = endpoint
  const errors = {
    400: 'Bad request',
    401: 'Neither token nor session',
    403: accessWords(endpoint),
    404: 'Not found',
    421: 'Another host',
    429: 'Too many requests',
    500: 'A fault',
  }
  const content = (types: string | readonly string[], schema: z.ZodType, io: 'input' | 'output' = 'output') => {
    const described = { schema: jsonSchema(schema, io, schemas) }
    return { content: Object.fromEntries([types].flat().map((type) => [type, described])) }
  }
  const etag = method === 'GET' ? { headers: { ETag: { schema: { type: 'string' } } } } : {}
  return {
    operationId: name,
    summary,
    ...securityOf(endpoint),
    parameters: [...described(parameters, 'path'), ...described(query, 'query')],
    ...(body ? { requestBody: { required: true, ...content('application/json', body, 'input') } } : {}),
    responses: {
      [status]: { description: 'The answer', ...etag, ...content(endpoint.type ?? 'application/json', answer) },
      ...(method === 'GET' ? { 304: { description: 'Known already' } } : {}),
      ...Object.fromEntries(
        Object.entries(errors).map(([code, description]) => [
          code,
          { description, ...content('application/problem+json', problem) },
        ]),
      ),
      default: { description: 'Another problem', ...content('application/problem+json', problem) },
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

/** The JSON Schema of what is asked or answered; what bears an id is put beside the others and referred to. */
function jsonSchema(schema: z.ZodType, io: 'input' | 'output', schemas: Schemas): unknown {
  const { $schema: _, ...whole } = z.toJSONSchema(schema, { reused: 'inline', io })
  const moved = JSON.stringify(whole).replaceAll('"#/$defs/', '"#/components/schemas/')
  const { $defs = {}, ...inline } = JSON.parse(moved) as { $defs?: Schemas }
  Object.assign(schemas, $defs)
  return inline
}
