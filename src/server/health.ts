import type { FastifyInstance } from 'fastify'
import type { Services } from './services.ts'

/** For those who start and watch servers: alive, and able to answer. They tell nothing else, since they are for everybody. */
export function health(app: FastifyInstance, { ready, log }: Services): void {
  const config = { open: true }
  app.get('/healthz', { config }, async () => ({ status: 'ok' }))
  app.get('/readyz', { config }, async (_request, reply) => {
    try {
      await ready()
      return { status: 'ok' }
    } catch (error) {
      log.warn({ error: String(error) }, 'not ready')
      return reply.status(503).send({ status: 'unavailable' })
    }
  })
}
