import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance } from 'fastify'
import { BlotterError } from '../errors.ts'

/** A room of people behind one address asks for hundreds of things in a second; nobody for a thousand, a minute on end. */
const MOST = { max: 60_000, timeWindow: 60_000 } as const

/** Bounds how often one token, person or address may ask; routes whose answers cost more say so in their `rateLimit`. */
export function limitRates(app: FastifyInstance): void {
  app.register(rateLimit, {
    ...MOST,
    // After the gate, which knows who asks.
    hook: 'preHandler',
    cache: 10_000,
    keyGenerator: ({ bearer, ip }) => `${bearer?.name ?? ''} ${ip}`,
    errorResponseBuilder: (_request, { ttl }) => {
      const seconds = Math.max(1, Math.ceil(ttl / 1000))
      return new BlotterError('too_many_attempts', `Too many requests. The next one is possible in ${seconds} seconds.`, {
        todo: 'Wait for that long, and ask less often.',
        context: { retry_after_seconds: seconds },
      })
    },
  })
}
