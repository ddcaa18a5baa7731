import { BlotterError } from '../errors.ts'
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
  const password = credential('alerts.email.password', email?.password)
  if (email && (email.user === undefined) !== (password === undefined)) throw halfLogin(email.user)
  return {
    email: email && {
      host: email.host,
      port: email.port,
      tls: email.tls ?? (email.port === SMTPS_PORT ? 'implicit' : 'starttls'),
      user: email.user,
      password,
      from: email.from,
      to: email.to,
      ca: email.ca === undefined ? undefined : pathOf('alerts.email.ca', email.ca),
    },
    webhook: credential('alerts.webhook', webhook),
    digest,
    link,
  }
}

function halfLogin(user: string | undefined): BlotterError {
  const [given, missing] = user === undefined ? ['password', 'user'] : ['user', 'password']
  return new BlotterError('config_invalid', `alerts.email has a ${given} and no ${missing}: nobody can log in with half.`, {
    todo: `Give alerts.email.${missing} too, or take alerts.email.${given} out for a server that asks for no login.`,
    context: { key: `alerts.email.${given}` },
  })
}
