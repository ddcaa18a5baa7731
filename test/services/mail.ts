import { readFileSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import type { Certificate } from './certificate.ts'

/** A mail as the server took it: its envelope, whether it came by TLS and with which login, and its source. */
export interface Mail {
  from: string
  to: string[]
  tls: boolean
  user: string | undefined
  source: string
  /** When the last byte of it was there. */
  at: number
}

export interface MailServer extends AsyncDisposable {
  port: number
  mails: Mail[]
  /** Waits for so many mails; rejects after `timeoutMs`. */
  received(count: number, timeoutMs?: number): Promise<Mail[]>
}

export const MAIL_USER = 'blotter@example.org'

/** A real SMTP server on loopback: STARTTLS and a login are demanded unless `options` say otherwise. */
export async function startMail(
  certificate: Certificate,
  password: string,
  options: SMTPServerOptions = {},
): Promise<MailServer> {
  const mails: Mail[] = []
  const waiting: (() => void)[] = []
  const server = new SMTPServer({
    key: readFileSync(certificate.keyFile),
    cert: readFileSync(certificate.certificateFile),
    authMethods: ['PLAIN', 'LOGIN'],
    size: 5_000_000,
    onAuth(auth, _session, done) {
      if (auth.username === MAIL_USER && auth.password === password) return done(null, { user: auth.username })
      // A careless server repeats what it was given.
      const error = Object.assign(new Error(`5.7.8 Bad credentials for ${auth.username} with ${auth.password}`), {
        responseCode: 535,
      })
      return done(error)
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope
        const from = mailFrom === false ? '' : (mailFrom?.address ?? '')
        const to = rcptTo.map(({ address }) => address)
        const user = typeof session.user === 'string' ? session.user : undefined
        mails.push({ from, to, tls: session.secure, user, source: Buffer.concat(chunks).toString('utf8'), at: Date.now() })
        done(null)
        for (const look of waiting) look()
      })
    },
    ...options,
  })
  server.on('error', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.server.address() as { port: number }).port,
    mails,
    received: (count, timeoutMs = 20_000) =>
      new Promise((resolve, reject) => {
        const late = setTimeout(
          () => reject(new Error(`${mails.length} of ${count} mails came in ${timeoutMs} ms`)),
          timeoutMs,
        )
        const look = (): void => {
          if (mails.length < count) return
          clearTimeout(late)
          resolve(mails)
        }
        waiting.push(look)
        look()
      }),
    [Symbol.asyncDispose]: () => new Promise((resolve) => void server.close(() => resolve())),
  }
}

/** A server that takes connections and then says what it is told to, or nothing at all. */
export async function startMute(say?: (socket: Socket) => void): Promise<{ port: number } & AsyncDisposable> {
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    say?.(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as { port: number }).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((resolve) => void server.close(() => resolve()))
    },
  }
}

/** A header of a mail, unfolded and with its encoded words decoded (RFC 2047, UTF-8). */
export function headerOf(mail: Mail, name: string): string | undefined {
  const head = mail.source.slice(0, mail.source.indexOf('\r\n\r\n')).replaceAll(/\r\n[ \t]+/g, ' ')
  const line = head.split('\r\n').find((one) => one.toLowerCase().startsWith(`${name.toLowerCase()}: `))
  return line
    ?.slice(name.length + 2)
    .replaceAll(/\?=\s+=\?/g, '?==?')
    .replaceAll(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_, way: string, text: string) =>
      way.toLowerCase() === 'b' ? Buffer.from(text, 'base64').toString('utf8') : quotedPrintable(text.replaceAll('_', ' ')),
    )
}

/** The text of the part with a media type. */
export function partOf(mail: Mail, type: string): string {
  const boundary = /boundary="([^"]+)"/.exec(mail.source)?.[1] ?? ''
  const part = mail.source.split(`--${boundary}`).find((one) => one.toLowerCase().includes(`content-type: ${type}`)) ?? ''
  const at = part.indexOf('\r\n\r\n')
  const body = part.slice(at + 4)
  if (/transfer-encoding: base64/i.test(part.slice(0, at))) return Buffer.from(body, 'base64').toString('utf8')
  if (/transfer-encoding: quoted-printable/i.test(part.slice(0, at))) return quotedPrintable(body.replaceAll('=\r\n', ''))
  return body.replaceAll('\r\n', '\n')
}

function quotedPrintable(text: string): string {
  const bytes = text.replaceAll(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString('utf8').replaceAll('\r\n', '\n')
}
