import type { FastifyInstance } from 'fastify'
import type { People } from '../login/people.ts'
import { login } from '../login/plugin.ts'
import { events } from '../events.ts'
import type { Services } from '../services.ts'
import { batches } from './batches.ts'
import { sendCached } from './caching.ts'
import { catalog } from './catalog.ts'
import { changes } from './changes.ts'
import { citations } from './citations.ts'
import { dashboards } from './dashboards.ts'
import { incidents } from './incidents.ts'
import { lineage } from './lineage.ts'
import { openApiDocument } from './openapi.ts'
import { quality } from './quality.ts'
import { quarantine } from './quarantine.ts'
import { queries } from './queries.ts'
import { runActs } from './run-acts.ts'
import { runs } from './runs.ts'
import { savedQueries } from './saved-queries.ts'

/** The version of the API, which is the 1 of its paths. */
const VERSION = '1.0.0'

/** What there is to ask for; each adds its endpoints and describes them. */
const PARTS = [
  batches,
  dashboards,
  events,
  changes,
  incidents,
  runs,
  runActs,
  catalog,
  lineage,
  quality,
  quarantine,
  queries,
  savedQueries,
  citations,
]

/** The application's own API, below `/api`. */
export function api(app: FastifyInstance, services: Services, people: People | undefined): void {
  const endpoints = PARTS.flatMap((part) => part(app, services))
  if (people) endpoints.push(...login(app, people))
  const document = openApiDocument(endpoints, VERSION)
  app.get('/openapi.json', { config: { scope: 'api' } }, async (request, reply) =>
    sendCached(request, reply, document, { isFinal: false }),
  )
}
