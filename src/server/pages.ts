import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Nothing but what this server sends may run, be shown or be asked: no inline script or style, no other origin. */
const POLICY = [
  "default-src 'self'",
  "img-src 'self' blob:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

const FOREVER = 'public, max-age=31536000, immutable'

/**
 * Serves the built pages of a folder: its files by their names, and `index.html` for every address of a page. They are open,
 * since the login is among them; what they show comes from the API, which is not.
 */
export function pages(app: FastifyInstance, folder: string): void {
  app.addHook('onRoute', (route) => void (route.config = { ...route.config, open: true }))
  app.register(fastifyStatic, {
    root: folder,
    wildcard: false,
    index: false,
    preCompressed: true,
    cacheControl: false,
    setHeaders: (reply, path) => void reply.header('cache-control', path.includes('/assets/') ? FOREVER : 'no-cache'),
  })
  for (const path of pathsOf(folder)) {
    app.get(path, (_request, reply) => sendPage(reply))
    if (path !== '/') app.get(`${path}/*`, (_request, reply) => sendPage(reply))
  }
}

/** The addresses of the pages, as the build wrote them down. */
function pathsOf(folder: string): string[] {
  return JSON.parse(readFileSync(join(folder, 'pages.json'), 'utf8')) as string[]
}

function sendPage(reply: FastifyReply): FastifyReply {
  return reply
    .header('content-security-policy', POLICY)
    .header('referrer-policy', 'same-origin')
    .header('cross-origin-opener-policy', 'same-origin')
    .header('permissions-policy', 'camera=(), geolocation=(), microphone=()')
    .sendFile('index.html')
}
