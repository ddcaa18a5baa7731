import type { FastifyInstance } from 'fastify'
import type { Places } from '../../catalog/places.ts'
import { canonicalLocation } from '../../lake/location.ts'
import { sendError } from './failures.ts'

/** What is served, in the words of the specification: engines do not ask for the rest. */
const ENDPOINTS = [
  'GET /v1/{prefix}/namespaces',
  'POST /v1/{prefix}/namespaces',
  'GET /v1/{prefix}/namespaces/{namespace}',
  'HEAD /v1/{prefix}/namespaces/{namespace}',
  'DELETE /v1/{prefix}/namespaces/{namespace}',
  'POST /v1/{prefix}/namespaces/{namespace}/properties',
  'GET /v1/{prefix}/namespaces/{namespace}/tables',
  'POST /v1/{prefix}/namespaces/{namespace}/tables',
  'GET /v1/{prefix}/namespaces/{namespace}/tables/{table}',
  'HEAD /v1/{prefix}/namespaces/{namespace}/tables/{table}',
  'POST /v1/{prefix}/namespaces/{namespace}/tables/{table}',
  'DELETE /v1/{prefix}/namespaces/{namespace}/tables/{table}',
  'POST /v1/{prefix}/namespaces/{namespace}/register',
  'POST /v1/{prefix}/namespaces/{namespace}/tables/{table}/metrics',
  'POST /v1/{prefix}/tables/rename',
  'POST /v1/{prefix}/transactions/commit',
]

/** Tells engines what this catalog is, and that its tokens are not to be exchanged for others. */
export function configuration(app: FastifyInstance, places: () => Places, name: string): void {
  app.get<{ Querystring: { warehouse?: string } }>(
    '/config',
    { config: { scope: 'catalog:read' } },
    async ({ query: { warehouse } }, reply) => {
      const { lake } = places()
      const known = warehouse === undefined || ['', name].includes(warehouse) || pathOf(warehouse) === pathOf(lake)
      if (!known)
        return sendError(
          reply,
          404,
          'NoSuchWarehouseException',
          `There is no warehouse ${warehouse}: leave it out, or name ${name}.`,
        )
      return { defaults: {}, overrides: { 'token-refresh-enabled': 'false' }, endpoints: ENDPOINTS }
    },
  )
}

function pathOf(location: string): string {
  return canonicalLocation(location).replace(/\/+$/, '')
}
