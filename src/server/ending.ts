import type { FastifyInstance, FastifyReply } from 'fastify'
import { sleep } from '../clock.ts'
import { BlotterError } from '../errors.ts'

/** Work whose asker has been cut off learns of it, and has so long to stop. */
const STOPPING_MS = 1000
/** A service that is started again is there by then. */
const RETRY_SECONDS = 5

declare module 'fastify' {
  interface FastifyInstance {
    /** Closes once everything that was begun is finished; what takes longer than its time is cut off. */
    end(): Promise<void>
  }
}

/**
 * Has a server that is told to end finish what it has begun, for those who have gone away meanwhile too, before anything that
 * answers are made of is closed. Who comes after is turned away: 503 with Retry-After. Call it before anything else that looks
 * at requests.
 */
export function endInOrder(app: FastifyInstance, graceMs: number): void {
  const begun = new Map<FastifyReply, PromiseWithResolvers<void>>()
  let isEnding = false
  const leave = (reply: FastifyReply): void => {
    begun.get(reply)?.resolve()
    begun.delete(reply)
  }
  app.addHook('onRequest', async (_request, reply) => {
    if (isEnding) throw ending()
    begun.set(reply, Promise.withResolvers())
    // What a route writes by itself passes no hook.
    reply.raw.on('close', () => {
      if (reply.sent) leave(reply)
    })
  })
  app.addHook('onSend', async (_request, reply) => {
    if (isEnding) reply.header('connection', 'close')
    // Hooks behind this one note what was done: that belongs to it.
    setImmediate(leave, reply)
  })
  app.decorate('end', async () => {
    isEnding = true
    const over = new AbortController()
    const cutOff = sleep(graceMs, over.signal).then(() => {
      app.server.closeAllConnections()
      return sleep(STOPPING_MS, over.signal)
    })
    cutOff.catch(() => {})
    const answers = [...begun].flatMap(([{ sent }, { promise }]) => (sent ? [] : [promise]))
    await Promise.race([Promise.all(answers), cutOff])
    await app.close()
    over.abort()
  })
}

function ending(): BlotterError {
  return new BlotterError('server_ending', 'This server is being stopped. Nothing was looked at.', {
    todo: 'Ask again in a moment, when it has been started again.',
    context: { retry_after_seconds: RETRY_SECONDS },
  })
}
