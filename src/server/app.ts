import { fastify, type FastifyInstance } from 'fastify'
import { monotonicSeconds } from '../clock.ts'
import { api } from './api/plugin.ts'
import { authenticate } from './authentication.ts'
import { health } from './health.ts'
import { allowHosts } from './host-allow-list.ts'
import { iceberg } from './iceberg/plugin.ts'
import { metrics } from './metrics.ts'
import { pages } from './pages.ts'
import { answerProblems } from './problem.ts'
import type { Services } from './services.ts'

export interface AppOptions {
  /** Names of this server beside localhost, this machine's, and addresses in numbers. */
  hosts?: readonly string[]
  /** Folder of the built pages; without it there is only the API. */
  pages?: string | undefined
}

const BODY_LIMIT_BYTES = 1 << 20
/** For a request to arrive whole: who is slower holds a connection for nothing. */
const REQUEST_TIMEOUT_MS = 60_000
const IDLE_TIMEOUT_MS = 75_000
/** Names of tables and namespaces are in the path; a file's name may have 255 bytes. */
const LONGEST_NAME = 2048

/** The web application: each concern is a plugin that is handed the services; nothing listens yet. */
export function createApp(services: Services, { hosts = [], pages: folder }: AppOptions = {}): FastifyInstance {
  const app = fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: IDLE_TIMEOUT_MS,
    routerOptions: { maxParamLength: LONGEST_NAME },
    forceCloseConnections: 'idle',
    return503OnClosing: true,
  })
  answerProblems(app, services.log)
  logRequests(app, services)
  allowHosts(app, hosts)
  authenticate(app, services.bearerOf)
  tellNothingMore(app)
  health(app, services)
  metrics(app, services)
  app.register(async (inner) => api(inner, services), { prefix: '/api' })
  app.register(async (inner) => iceberg(inner, services), { prefix: '/iceberg/v1' })
  if (folder !== undefined) app.register(async (inner) => pages(inner, folder))
  return app
}

function tellNothingMore(app: FastifyInstance): void {
  app.addHook('onSend', async (_request, reply) => {
    reply.header('x-content-type-options', 'nosniff')
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store')
  })
}

/** The path, not its parameters: those are whatever somebody sent. */
function logRequests(app: FastifyInstance, { log }: Services): void {
  const begun = new WeakMap<object, number>()
  app.addHook('onRequest', async (request) => void begun.set(request, monotonicSeconds()))
  app.addHook('onResponse', async (request, reply) => {
    const seconds = monotonicSeconds() - (begun.get(request) ?? monotonicSeconds())
    const path = request.routeOptions.url ?? 'none'
    log.debug({ method: request.method, path, status: reply.statusCode, seconds, bearer: request.bearer?.name }, 'request')
  })
}
