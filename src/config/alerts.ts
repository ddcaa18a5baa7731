import type { AlertsConfig, Credential } from '../model/configuration.ts'
import type { ConfigValues } from './schema.ts'

/** Where TLS begins with the first byte (RFC 8314). */
const SMTPS_PORT = 465

interface Shaping {
  credential(path: string, reference: string | undefined): Credential | undefined
  pathOf(key: string, text: string): string
}

/** Whom alerts go to, and by which ways. */
export function alertsOf(
  { email, webhook, digest, link }: ConfigValues['alerts'],
  { credential, pathOf }: Shaping,
): AlertsConfig {
  return {
    email: email && {
      host: email.host,
      port: email.port,
      tls: email.tls ?? (email.port === SMTPS_PORT ? 'implicit' : 'starttls'),
      user: email.user,
      password: credential('alerts.email.password', email.password),
      from: email.from,
      to: email.to,
      ca: email.ca === undefined ? undefined : pathOf('alerts.email.ca', email.ca),
    },
    webhook: credential('alerts.webhook', webhook),
    digest,
    link,
  }
}
