import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { BlotterError } from '../errors.ts'
import { addEndpoint, type Described, none } from './api/endpoint.ts'
import { askerOf } from './api/queries.ts'
import type { Services } from './services.ts'

/** More pages than this at a time are sent away: each holds a connection. Of one person so many: the rest is for others. */
const MOST_LISTENERS = 500
const MOST_OF_ONE = 50
/** Proxies cut connections on which nothing comes. */
const HEARTBEAT_MS = 15_000
/** Then a page connects anew by itself. */
const LONGEST_MS = 15 * 60_000
const LATER_SECONDS = 60
/** Who reads so slowly that this much waits for it is cut off, and comes back by itself. */
const MOST_WAITING_BYTES = 1 << 20

/** Server-sent events: what happens to runs, batches and dashboards, as it happens. */
export function events(app: FastifyInstance, { events: bus }: Services): Described[] {
  const open = new Map<() => void, string>()
  app.addHook('preClose', async () => {
    for (const end of open.keys()) end()
  })
  return [
    addEndpoint(app, {
      path: '/v1/events',
      name: 'listenToEvents',
      summary: 'What happens, as server-sent events: batch, refresh, run',
      parameters: none,
      query: none,
      type: 'text/event-stream',
      answer: z.string(),
      handle: async (_asked, request, reply) => {
        const who = askerOf(request)
        const own = [...open.values()].filter((one) => one === who).length
        if (open.size >= MOST_LISTENERS) throw tooMany(`${MOST_LISTENERS} pages`)
        if (own >= MOST_OF_ONE) throw tooMany(`${MOST_OF_ONE} pages of yours`)
        reply.hijack()
        const { raw } = reply
        raw.writeHead(200, {
          ...(reply.getHeaders() as Record<string, string>),
          'content-type': 'text/event-stream; charset=utf-8',
          'cache-control': 'no-store',
          'x-content-type-options': 'nosniff',
          'x-accel-buffering': 'no',
        })
        const write = (text: string): void => {
          if (raw.writableLength > MOST_WAITING_BYTES) end()
          else raw.write(text)
        }
        const stop = bus.subscribe(({ type, ...detail }) => write(`event: ${type}\ndata: ${JSON.stringify(detail)}\n\n`))
        const last = setTimeout(() => end(), LONGEST_MS)
        // Whoever has signed out meanwhile, or may no longer listen, hears nothing more.
        const heartbeat = setInterval(() => {
          app.askAgain(request).then(() => write(': still here\n\n'), end)
        }, HEARTBEAT_MS)
        const end = (): void => {
          clearInterval(heartbeat)
          clearTimeout(last)
          stop()
          open.delete(end)
          raw.end()
        }
        open.set(end, who)
        request.raw.on('close', end)
        write('retry: 2000\n\n')
        return reply
      },
    }),
  ]
}

function tooMany(what: string): BlotterError {
  return new BlotterError('too_many_attempts', `${what} listen already.`, {
    todo: 'Close some of them, or try again later.',
    context: { retry_after_seconds: LATER_SECONDS },
  })
}
