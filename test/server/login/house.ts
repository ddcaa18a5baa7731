import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import { createHmac } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { systemClock } from '../../../src/clock.ts'
import type { SingleSignOnConfig } from '../../../src/model/configuration.ts'
import type { Role } from '../../../src/model/role.ts'
import { createApp, type AppOptions } from '../../../src/server/app.ts'
import type { Services } from '../../../src/server/services.ts'
import { addLink } from '../../../src/state/identity/links.ts'
import { type Identity, openIdentity } from '../../../src/state/identity/identity.ts'
import { hashPassword } from '../../../src/state/identity/password.ts'
import { addUser } from '../../../src/state/identity/users.ts'
import { bearerOf as tokenOf } from '../../../src/state/identity/tokens.ts'
import { desk } from '../desk.ts'

export const PASSWORD = 'seven quiet herons wade'
export const ORIGIN = 'http://localhost:7070'

/** A server with identities of its own. */
export interface House {
  app: FastifyInstance
  identity: Identity
  /** A browser without cookies. */
  browser(): Browser
  /** Somebody who is signed in with password and code. */
  signedIn(role?: Role, email?: string): Promise<Browser & { secret: string; email: string; recoveryCodes: string[] }>
  /** A browser of another server over the same identities, as after a restart. */
  browserAfterRestart(): Browser
  /** The time as server and library see it goes on. */
  later(ms: number): void
}

export interface Browser {
  cookies: Map<string, string>
  csrf: string | undefined
  ask(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer>
}

export interface Answer {
  status: number
  body: Record<string, unknown>
  text: string
  headers: LightMyRequestResponse['headers']
}

export async function house(
  t: TestContext,
  options: { oidc?: SingleSignOnConfig; app?: AppOptions; services?: Partial<Services> } = {},
): Promise<House> {
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() })
  const folder = await mkdtemp(join(tmpdir(), 'blotter-'))
  const identity = openIdentity(folder, systemClock)
  const people = { identity: () => identity, exists: () => true, oidc: options.oidc }
  const { services } = await desk(t, options.services)
  const start = (): FastifyInstance =>
    createApp({ ...services, bearerOf: (token) => tokenOf(identity, token), people }, options.app)
  const app = start()
  t.after(async () => {
    await app.close()
    identity.close()
    await rm(folder, { recursive: true, force: true })
  })
  const browser = (): Browser => browserOf(app)
  return {
    app,
    identity,
    browser,
    browserAfterRestart: () => browserOf(start()),
    later: (ms) => t.mock.timers.tick(ms),
    async signedIn(role = 'viewer', email = `${role}@example.org`) {
      const passwordHash = await hashPassword(PASSWORD)
      const user = addUser(identity, { email, name: `The ${role}`, role, passwordHash, actor: 'test' })
      const one = browser()
      const { token } = addLink(identity, user.id)
      await expect(one.ask('POST', '/session/link', { token }), 200)
      const { secret } = await expect(one.ask('POST', '/enrolment/password', { password: PASSWORD }), 200)
      const code = codeOf(String(secret))
      const { recovery_codes: codes } = await expect(one.ask('POST', '/enrolment/totp', { code }), 200)
      one.csrf = String((await expect(one.ask('GET', '/session'), 200))['csrf'])
      return { ...one, secret: String(secret), email, recoveryCodes: codes as string[] }
    },
  }
}

export async function expect(answer: Promise<Answer>, status: number): Promise<Record<string, unknown>> {
  const { status: found, body, text } = await answer
  if (found !== status) throw new Error(`expected ${status}, found ${found}: ${text}`)
  return body
}

function browserOf(app: FastifyInstance): Browser {
  const browser: Browser = {
    cookies: new Map(),
    csrf: undefined,
    async ask(method, path, body, headers = {}) {
      const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
      const answer = await app.inject({
        method,
        url: path.startsWith('/api') || path.startsWith('/iceberg') || path === '/metrics' ? path : `/api/v1${path}`,
        headers: {
          host: 'localhost:7070',
          ...(cookie === '' ? {} : { cookie }),
          ...(method === 'GET' ? {} : { origin: ORIGIN, 'sec-fetch-site': 'same-origin' }),
          ...(method !== 'GET' && browser.csrf !== undefined ? { 'x-csrf-token': browser.csrf } : {}),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
      })
      for (const { name, value, maxAge } of answer.cookies) {
        if (maxAge === 0 || value === '') browser.cookies.delete(name)
        else browser.cookies.set(name, encodeURIComponent(value))
      }
      const isJson = /json/.test(String(answer.headers['content-type'])) && answer.body !== ''
      const parsed = isJson ? (JSON.parse(answer.body) as Record<string, unknown>) : {}
      return { status: answer.statusCode, body: parsed, text: answer.body, headers: answer.headers }
    },
  }
  return browser
}

/** The code of a Base32 secret as an app shows it (RFC 6238: SHA-1, 30 seconds, six digits). */
export function codeOf(secret: string, at = Date.now()): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const bits = [...secret.replace(/=+$/, '')].map((letter) => letters.indexOf(letter).toString(2).padStart(5, '0')).join('')
  const key = Buffer.from(bits.match(/.{8}/g)!.map((byte) => Number.parseInt(byte, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)))
  const mac = createHmac('sha1', key).update(counter).digest()
  const offset = mac.at(-1)! & 0xf
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}
