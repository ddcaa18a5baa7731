import type { Credential, ServerConfig } from '../model/configuration.ts'
import type { ConfigValues } from './schema.ts'

interface Shaping {
  credential(path: string, reference: string | undefined): Credential | undefined
  pathOf(key: string, text: string): string
}

/** What `blotter serve` is told: how it listens, by which names, and whom it believes. */
export function serverOf(
  { host, port, hosts, tls, trust_proxy: trustProxy, oidc }: ConfigValues['server'],
  { credential, pathOf }: Shaping,
): ServerConfig {
  return {
    host,
    port,
    hosts,
    tls: tls && { cert: pathOf('server.tls.cert', tls.cert), key: pathOf('server.tls.key', tls.key) },
    trustProxy,
    oidc: oidc && {
      issuer: oidc.issuer,
      clientId: oidc.client_id,
      clientSecret: credential('server.oidc.client_secret', oidc.client_secret),
      name: oidc.name,
      role: oidc.role,
      hosts: oidc.hosts,
    },
  }
}
