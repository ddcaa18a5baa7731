import { readFile } from 'node:fs/promises'
import { getCACertificates } from 'node:tls'
import { BlotterError } from '../../errors.ts'
import { redaction } from '../../log/redaction.ts'
import type { EmailConfig } from '../../model/configuration.ts'
import { type Channel, type Message, SEND_TIMEOUT_MS, type Sent } from '../alert.ts'
import { withinTime } from '../within-time.ts'
import { smtpFailure } from './failure.ts'

/** Of each part of a conversation with a server; the whole has `SEND_TIMEOUT_MS`. */
const CONNECT_TIMEOUT_MS = 10_000
const SILENCE_TIMEOUT_MS = 15_000

/**
 * Mail by SMTP (RFC 5321), never in the clear: STARTTLS (RFC 3207) is demanded before anything else is said, or TLS from the
 * first byte (RFC 8314), and the certificate has to be that of `host` and of an authority that is trusted. Each message has a
 * connection of its own, and the password and the file of authorities are read anew for each, so that what was put right
 * counts at once.
 */
export function smtpChannel(config: EmailConfig): Channel {
  const place = `${config.host}:${config.port}`
  return {
    name: 'email',
    place,
    send: (message, signal) => withinTime(SEND_TIMEOUT_MS, place, signal, (stop) => send(config, place, message, stop)),
  }
}

/** The part of the sender's address after its `@`, for ids of messages. */
export function domainOf(address: string): string {
  return /@([A-Za-z0-9.-]+)>?\s*$/.exec(address)?.[1] ?? 'blotter.invalid'
}

async function send(config: EmailConfig, place: string, message: Message, signal: AbortSignal): Promise<Sent> {
  const { from } = config
  // Most commands tell nobody anything.
  const { createTransport } = await import('nodemailer')
  const transport = createTransport({
    host: config.host,
    port: config.port,
    secure: config.tls === 'implicit',
    requireTLS: true,
    connectionTimeout: CONNECT_TIMEOUT_MS,
    greetingTimeout: CONNECT_TIMEOUT_MS,
    dnsTimeout: CONNECT_TIMEOUT_MS,
    socketTimeout: SILENCE_TIMEOUT_MS,
    ...(await login(config)),
    tls: { rejectUnauthorized: true, minVersion: 'TLSv1.2', ...(await authorities(config.ca)) },
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  try {
    const { subject, text, html, headers, id, thread, at, to = config.to, only } = message
    const references = thread === undefined ? {} : { references: `<${thread}>`, inReplyTo: `<${thread}>` }
    const mail = {
      from,
      to: [...to],
      subject,
      text,
      html,
      headers: { ...headers },
      messageId: `<${id}>`,
      date: at,
      signal,
      ...references,
      ...(only ? { envelope: { from, to: [...only] } } : {}),
    }
    const { rejectedErrors = [] } = await transport.sendMail(mail)
    return sentBut(rejectedErrors)
  } catch (error) {
    throw smtpFailure(error, place, config)
  } finally {
    transport.close()
  }
}

interface Rejection {
  recipient?: string
  response?: string
  responseCode?: number
  message: string
}

function sentBut(rejections: readonly Rejection[]): Sent {
  const refused = rejections.filter((one) => !isForNow(one)).map(refusalOf)
  const putOff = rejections.filter(isForNow).map((one) => [one.recipient, refusalOf(one)] as const)
  return { refused, putOff: Object.fromEntries(putOff) }
}

/** Replies from 400 to 499 ask to come again (RFC 5321, 4.2.1). */
function isForNow({ recipient, responseCode = 0 }: Rejection): boolean {
  return recipient !== undefined && responseCode >= 400 && responseCode < 500
}

function refusalOf({ recipient = 'one', response, message }: Rejection): string {
  return redaction.text(`${recipient}: ${response ?? message}`)
}

async function login({ user, password }: EmailConfig): Promise<{ auth?: { user: string; pass: string } }> {
  if (user === undefined && password === undefined) return {}
  if (user === undefined || password === undefined) throw halfALogin(user === undefined ? 'user' : 'password')
  const pass = await password()
  redaction.keep(pass)
  return { auth: { user, pass } }
}

function halfALogin(missing: 'user' | 'password'): BlotterError {
  return new BlotterError(
    'config_invalid',
    `A login for mail is half given: alerts.email.${missing} is missing. No mail was sent.`,
    {
      todo: `Give alerts.email.${missing} too, or neither of user and password where the server wants no login.`,
      context: { key: `alerts.email.${missing}` },
    },
  )
}

async function authorities(file: string | undefined): Promise<{ ca?: string[] }> {
  if (file === undefined) return {}
  try {
    const pem = await readFile(file, 'utf8')
    if (!pem.includes('-----BEGIN CERTIFICATE-----')) throw unreadable(file, 'it holds no certificate in PEM')
    return { ca: [...getCACertificates('default'), pem] }
  } catch (error) {
    throw error instanceof BlotterError ? error : unreadable(file, (error as Error).message)
  }
}

function unreadable(file: string, why: string): BlotterError {
  return new BlotterError(
    'config_invalid',
    `The certificates of alerts.email.ca cannot be read from ${file}: ${why}. No mail was sent.`,
    {
      todo: 'Name a file of certificates in PEM, or leave `alerts.email.ca` out where the server has a public certificate.',
      context: { key: 'alerts.email.ca', file },
    },
  )
}
