import type { AddressInfo } from 'node:net'
import { BlotterError } from '../errors.ts'
import { createApp } from './app.ts'
import { builtPages } from './built-pages.ts'
import { readCertificate } from './certificate.ts'
import type { Services } from './services.ts'

export interface ServeOptions {
  host: string
  /** 0 takes a free one. */
  port: number
  /** Names under which people reach it, beside its own. */
  hosts?: readonly string[]
  /** Files of certificate and key (PEM); without them it speaks plain HTTP. */
  tls?: { cert: string; key: string } | undefined
  /** Addresses and networks of proxies that are believed. */
  trustProxy?: readonly string[]
  /** How long answers that are under way may take once the server is to stop; by default 10 s. */
  graceMs?: number
  /** Whether the pages are served, and built before where a checkout's are stale; by default only the API is. */
  withPages?: boolean
}

export interface RunningServer {
  /** `http://127.0.0.1:7070` */
  url: string
  /** Takes no more requests, and resolves when those under way are answered, or their time is up. */
  close(): Promise<void>
}

/** Listens, and answers until it is closed. Throws `address_unusable`, `config_invalid` for a certificate that is none. */
export async function startServer(services: Services, options: ServeOptions): Promise<RunningServer> {
  const { host, port, hosts = [], trustProxy = [], graceMs, withPages = false } = options
  const app = createApp(services, {
    hosts: [host, ...hosts],
    tls: options.tls && readCertificate(options.tls),
    trustProxy,
    graceMs,
    pages: withPages ? await builtPages(services.log) : undefined,
  })
  try {
    await app.listen({ host, port })
  } catch (error) {
    await app.close()
    throw unusable(host, port, error)
  }
  services.dashboards().start()
  const { port: bound } = app.server.address() as AddressInfo
  return {
    url: `${options.tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    close: () => app.end(),
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'something else listens there',
  EACCES: 'this user may not',
  EADDRNOTAVAIL: 'it is no address of this machine',
  ENOTFOUND: 'no such name is known',
}

function unusable(host: string, port: number, cause: unknown): unknown {
  const reason = REASONS[(cause as NodeJS.ErrnoException).code ?? '']
  if (reason === undefined) return cause
  return new BlotterError('address_unusable', `Blotter cannot listen on ${host}:${port}: ${reason}.`, {
    todo: 'Choose another port with `--port`, or end what listens there.',
    context: { host, port },
    cause,
  })
}
