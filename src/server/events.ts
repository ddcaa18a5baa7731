import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { BlotterError } from '../errors.ts'
import { addEndpoint, type Described, none } from './api/endpoint.ts'
import type { Services } from './services.ts'

/** More pages than this at a time are sent away: each holds a connection. */
const MOST_LISTENERS = 500
/** Proxies cut connections on which nothing comes. */
const HEARTBEAT_MS = 15_000
/** Then a page connects anew by itself, and whoever has signed out meanwhile is found out. */
const LONGEST_MS = 15 * 60_000
/** Who reads so slowly that this much waits for it is cut off, and comes back by itself. */
const MOST_WAITING_BYTES = 1 << 20

/** Server-sent events: what happens to runs, batches and dashboards, as it happens. */
export function events(app: FastifyInstance, { events: bus }: Services): Described[] {
  const open = new Set<() => void>()
  app.addHook('preClose', async () => {
    for (const end of open) end()
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
        if (open.size >= MOST_LISTENERS)
          throw new BlotterError('run_locked', `${MOST_LISTENERS} pages listen already.`, {
            todo: 'Close some of them, or try again later.',
          })
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
        const heartbeat = setInterval(() => write(': still here\n\n'), HEARTBEAT_MS)
        const end = (): void => {
          clearInterval(heartbeat)
          clearTimeout(last)
          stop()
          open.delete(end)
          raw.end()
        }
        open.add(end)
        request.raw.on('close', end)
        write('retry: 2000\n\n')
        return reply
      },
    }),
  ]
}
