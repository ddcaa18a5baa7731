import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { SCOPES } from '../model/scope.ts'
import type { Access } from './authentication.ts'

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
const ASK_AGAIN = 'no-cache'

/** What is unknown there is told to programs: by a problem document, as for other methods than GET. */
const OF_PROGRAMS = ['/api', '/api/*', '/iceberg', '/iceberg/*']

/** What the build writes down of a page. */
interface BuiltPage {
  path: string
  /** For strangers too: the login. */
  open: boolean
}

/**
 * Serves the built pages of a folder: its files by their names, and `index.html` for every address of a page, and with 404 for
 * every other one that is none of a program's. Files are open, since the login is made of them; a page says to strangers that
 * they are such (401) and shows them the login. What pages show comes from the API.
 */
export function pages(app: FastifyInstance, folder: string): void {
  app.register(fastifyStatic, { root: folder, serve: false, preCompressed: true, cacheControl: false })
  const open = { config: { open: true } }
  app.get('/assets/*', open, (request: FastifyRequest<{ Params: { '*': string } }>, reply) =>
    reply.header('cache-control', FOREVER).sendFile(request.params['*'], join(folder, 'assets')),
  )
  for (const file of filesBeside(folder))
    app.get(`/${file}`, open, (_request, reply) => reply.header('cache-control', ASK_AGAIN).sendFile(file))
  for (const page of JSON.parse(readFileSync(join(folder, 'pages.json'), 'utf8')) as BuiltPage[]) {
    const access: { config: Access } = { config: page.open ? { open: true } : { page: true, scope: 'api' } }
    app.get(page.path, access, (_request, reply) => sendPage(reply))
    if (page.path !== '/') app.get(`${page.path}/*`, access, (_request, reply) => sendPage(reply))
  }
  for (const address of OF_PROGRAMS)
    app.get(address, { config: { scope: SCOPES } }, (_request, reply) => void reply.callNotFound())
  // Any other address could be a page, and the pages say themselves that there is none.
  app.get('/*', { config: { page: true, scope: 'api' } }, (request, reply) =>
    sendPage(request.bearer ? reply.status(404) : reply),
  )
}

/** What browsers ask for by a name of its own, such as the icon. */
function filesBeside(folder: string): string[] {
  const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile())
  return files.map(({ name }) => name).filter((name) => !/^(?:index\.html|pages\.json)|\.(?:br|gz)$/.test(name))
}

function sendPage(reply: FastifyReply): FastifyReply {
  return reply
    .header('content-security-policy', POLICY)
    .header('cache-control', ASK_AGAIN)
    .header('referrer-policy', 'same-origin')
    .header('cross-origin-opener-policy', 'same-origin')
    .header('permissions-policy', 'camera=(), geolocation=(), microphone=()')
    .sendFile('index.html')
}
