import type { FastifyInstance } from 'fastify'

/** What a browser may make of an answer that is no page: nothing. Pages bring a policy of their own. */
const NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
const YEAR_SECONDS = 31_536_000

/** Answers that are not to be guessed at, framed, shared with other origins, or kept where nothing says so. */
export function secureAnswers(app: FastifyInstance): void {
  app.addHook('onSend', async (request, reply) => {
    reply.header('x-content-type-options', 'nosniff')
    reply.header('x-frame-options', 'DENY')
    reply.header('cross-origin-resource-policy', 'same-origin')
    const usual = { 'content-security-policy': NOTHING, 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' }
    for (const [name, value] of Object.entries(usual)) if (!reply.hasHeader(name)) reply.header(name, value)
    // Without subdomains: they may be of others.
    if (request.protocol === 'https') reply.header('strict-transport-security', `max-age=${YEAR_SECONDS}`)
  })
}
