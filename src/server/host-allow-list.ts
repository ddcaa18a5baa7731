import type { FastifyInstance } from 'fastify'
import { isIP } from 'node:net'
import { hostname } from 'node:os'
import { BlotterError } from '../errors.ts'

/**
 * Answers only requests whose Host is a name of this server. A page from elsewhere whose own name was pointed to this
 * address (DNS rebinding) brings that name along, so that it is refused; an address in numbers cannot be pointed anywhere.
 */
export function allowHosts(app: FastifyInstance, names: readonly string[]): void {
  const allowed = new Set(['localhost', hostname(), ...names].map((name) => name.toLowerCase()))
  app.addHook('onRequest', async (request) => {
    const name = hostOf(request.headers[':authority'] ?? request.headers.host ?? '')
    if (name !== undefined && (allowed.has(name) || isIP(name) !== 0)) return
    throw new BlotterError('usage', 'This server has another name than the one that was asked for.', {
      todo: 'Use the address that `blotter serve` printed.',
      context: { misdirected: true },
    })
  })
}

/** The host without its port, in lower case; undefined for what is none. */
function hostOf(header: string | string[]): string | undefined {
  const [, address, name] = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::\d{1,5})?$/i.exec(String(header)) ?? []
  return (address ?? name)?.toLowerCase().replace(/\.$/, '')
}
