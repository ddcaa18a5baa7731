import type { FastifyInstance } from 'fastify'
import { isIP } from 'node:net'
import { hostname } from 'node:os'
import { BlotterError } from '../errors.ts'

/**
 * Answers only requests whose Host is a name of this server. A page from elsewhere whose own name was pointed to this
 * address (DNS rebinding) brings that name along, so that it is refused; an address in numbers cannot be pointed anywhere.
 * Names with a port hold for that port alone. A proxy that is believed says which name was asked for.
 */
export function allowHosts(app: FastifyInstance, names: readonly string[]): void {
  const allowed = new Set(['localhost', hostname(), ...names].map((name) => name.toLowerCase()))
  app.addHook('onRequest', async (request) => {
    // Who stands before this server may have looked at the other one (RFC 9112, section 3.2).
    const hosts = request.raw.rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === 'host')
    if (hosts.length > 1) throw twoHosts()
    const { name, port } = hostOf(request.host ?? '')
    const isOwn = name !== undefined && (allowed.has(name) || allowed.has(`${name}:${port}`) || isIP(name) !== 0)
    if (isOwn) return
    throw new BlotterError('usage', 'This server has another name than the one that was asked for.', {
      todo: 'Use the address that `blotter serve` printed, or add this name to `server.hosts`.',
      context: { misdirected: true },
    })
  })
}

function twoHosts(): BlotterError {
  return new BlotterError('usage', 'The request names two hosts. Nothing was looked at.', { todo: 'Send one Host.' })
}

/** The host and its port, in lower case; undefined for what is none. */
function hostOf(header: string): { name?: string | undefined; port?: string | undefined } {
  const [, address, name, port] = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::(\d{1,5}))?$/i.exec(header) ?? []
  return { name: (address ?? name)?.toLowerCase().replace(/\.$/, ''), port }
}
