import { fastify, type FastifyInstance } from 'fastify'
import { monotonicSeconds, systemClock } from '../clock.ts'
import { api } from './api/plugin.ts'
import { authenticate } from './authentication.ts'
import { endInOrder } from './ending.ts'
import { health } from './health.ts'
import { allowHosts } from './host-allow-list.ts'
import { iceberg } from './iceberg/plugin.ts'
import { openPeople } from './login/people.ts'
import { noteActs } from './log-of-acts.ts'
import { metrics } from './metrics.ts'
import { pages } from './pages.ts'
import { answerProblems, answerUnroutable } from './problem.ts'
import { limitRates } from './rate-limit.ts'
import { secureAnswers } from './security-headers.ts'
import type { Services } from './services.ts'
import { answerUnparsable } from './unparsable.ts'

export interface AppOptions {
  /** Names of this server beside localhost, this machine's, and addresses in numbers. */
  hosts?: readonly string[]
  /** Folder of the built pages; without it there is only the API. */
  pages?: string | undefined
  /** Certificate and key in PEM; without them it speaks plain HTTP. */
  tls?: { cert: string; key: string } | undefined
  /** Addresses and networks of proxies that are believed. */
  trustProxy?: readonly string[]
  /** How long answers that are under way may take once the server is to end; by default 10 s. */
  graceMs?: number | undefined
}

const GRACE_MS = 10_000

const BODY_LIMIT_BYTES = 1 << 20
/** For a request to arrive whole: who is slower holds a connection for nothing. */
const REQUEST_TIMEOUT_MS = 60_000
const IDLE_TIMEOUT_MS = 75_000
/** Beyond it connections are closed as they come, so that files of the lake can still be opened. */
const MOST_CONNECTIONS = 4096
/** Names of tables and namespaces are in the path; a file's name may have 255 bytes. */
const LONGEST_NAME = 2048

/** The web application: each concern is a plugin that is handed the services; nothing listens yet. */
export function createApp(
  services: Services,
  { hosts = [], pages: folder, tls, trustProxy = [], graceMs = GRACE_MS }: AppOptions = {},
): FastifyInstance {
  const app = fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: IDLE_TIMEOUT_MS,
    routerOptions: { maxParamLength: LONGEST_NAME },
    forceCloseConnections: 'idle',
    // Our own is a problem document, and says when to come again.
    return503OnClosing: false,
    frameworkErrors: answerUnroutable,
    clientErrorHandler: answerUnparsable,
    ...(trustProxy.length > 0 ? { trustProxy: [...trustProxy] } : {}),
    ...(tls ? { https: { ...tls, minVersion: 'TLSv1.2' } } : {}),
  }) as FastifyInstance
  app.server.maxConnections = MOST_CONNECTIONS
  // What is sent is JSON, and forms of other pages are not.
  app.removeContentTypeParser('text/plain')
  const people = services.people && openPeople(services.people)
  answerProblems(app, services.log)
  endInOrder(app, graceMs)
  logRequests(app, services)
  allowHosts(app, hosts)
  authenticate(app, {
    bearerOf: services.bearerOf,
    personOf: async (request) => people?.personOf(request),
    now: () => systemClock.now(),
  })
  secureAnswers(app)
  limitRates(app)
  if (people) noteActs(app, people)
  health(app, services)
  metrics(app, services)
  app.register(async (inner) => api(inner, services, people), { prefix: '/api' })
  app.register(async (inner) => iceberg(inner, services), { prefix: '/iceberg/v1' })
  if (folder !== undefined) app.register(async (inner) => pages(inner, folder))
  return app
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
