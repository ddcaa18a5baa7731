import { isIP } from 'node:net'
import type { Config } from '../../model/configuration.ts'

/** Where people reach the pages: as the configuration says, else this server's own address, whose port may be another one. */
export function addressOfPages({ alerts, server }: Pick<Config, 'alerts' | 'server'>, port = server.port): string {
  if (alerts.link !== undefined) return alerts.link.replace(/\/+$/, '')
  const [known] = server.hosts
  const scheme = server.tls ? 'https' : 'http'
  if (known !== undefined && server.tls)
    return `${scheme}://${known.includes(':') ? known : withPort(known, port, server.tls)}`
  return `${scheme}://${withPort(isLoopback(server.host) || isEverywhere(server.host) ? 'localhost' : server.host, port, server.tls)}`
}

/** What is listened on, but is the name of no machine. */
function isEverywhere(host: string): boolean {
  return host === '0.0.0.0' || host === '::'
}

/** Passkeys are bound to names, which `127.0.0.1` is none of. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

function withPort(host: string, port: number, tls: unknown): string {
  const name = host.includes(':') ? `[${host}]` : host
  return port === (tls ? 443 : 80) ? name : `${name}:${port}`
}
