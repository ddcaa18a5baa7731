import type { FastifyReply, FastifyRequest } from 'fastify'
import { createHmac } from 'node:crypto'
import { BlotterError } from '../../errors.ts'
import { isRole, type Role } from '../../model/role.ts'
import type { SingleSignOnConfig } from '../../model/configuration.ts'
import { hasUsers } from '../../state/identity/users.ts'
import type { Identity } from '../../state/identity/identity.ts'
import { loginKey } from '../../state/identity/login-key.ts'
import { isFactor } from '../../state/identity/sessions.ts'
import type { Person } from '../authentication.ts'
import { ADDRESS_HEADER, type Auth, createAuth } from './auth.ts'
import { type SingleSignOn, singleSignOn } from './single-sign-on.ts'

/** Where people are known from; `platform.ts` provides it. */
export interface PeopleSource {
  /** Opens the file of identities, making it where it is missing. */
  identity(): Identity
  /** Whether there is one. */
  exists(): boolean
  oidc: SingleSignOnConfig | undefined
}

/** Those who sign in, and the library that knows how. */
export interface People {
  identity(): Identity
  sso: SingleSignOn | undefined
  hasUsers(): boolean
  /** The library, with the cookies of this request's protocol. */
  auth(request: FastifyRequest): Auth
  /** What the library is told of a request; of its cookies those that are named, or all. */
  headersOf(request: FastifyRequest, cookies?: CookieFilter): Headers
  personOf(request: FastifyRequest): Promise<Person | undefined>
}

type CookieFilter = (name: string) => boolean

export const SESSION_COOKIE = 'session_token'

export function openPeople(source: PeopleSource): People {
  const sso = source.oidc && singleSignOn(source.oidc)
  const auths = new Map<boolean, Auth>()
  // Who does not know the key cannot tell it from the session's id; it holds as long as the session does.
  let key: string | undefined
  const csrfOf = (session: string): string =>
    createHmac('sha256', (key ??= loginKey(source.identity())))
      .update(`csrf:${session}`)
      .digest('base64url')
  const people: People = {
    identity: source.identity,
    sso,
    hasUsers: () => source.exists() && hasUsers(source.identity()),
    auth({ protocol }) {
      const secure = protocol === 'https'
      const auth = auths.get(secure) ?? createAuth(source.identity(), { secure, sso })
      auths.set(secure, auth)
      return auth
    },
    headersOf(request, cookies = () => true) {
      const all = (request.headers.cookie ?? '').split(/; */).filter((pair) => cookies(pair.slice(0, pair.indexOf('='))))
      const agent = request.headers['user-agent']
      const headers = new Headers({ cookie: all.join('; '), [ADDRESS_HEADER]: request.ip })
      if (agent !== undefined) headers.set('user-agent', agent.slice(0, 300))
      return headers
    },
    async personOf(request) {
      if (!request.headers.cookie?.includes(SESSION_COOKIE) || !source.exists()) return undefined
      const found = await people.auth(request).api.getSession({ headers: people.headersOf(request) })
      if (!found) return undefined
      const { user, session } = found
      // A password alone, or a link that is being followed, opens nothing.
      if (!isFactor(session.factor) || !isRole(user.role ?? '')) return undefined
      const { id, email, name } = user
      const role = user.role as Role
      const { factor, confirmedAt, expiresAt } = session
      return { id, email, name, role, session: { id: session.id, factor, confirmedAt, expiresAt }, csrf: csrfOf(session.id) }
    },
  }
  return people
}

/** Hands the library's cookies on. */
export function sendCookies(reply: FastifyReply, headers: Headers | null | undefined): void {
  for (const cookie of headers?.getSetCookie() ?? []) void reply.header('set-cookie', cookie)
}

/** The value of `Cookie` that a browser would send back after these answers. */
export function cookiesOf(headers: Headers): string {
  const pairs = headers.getSetCookie().map((cookie) => cookie.split(';', 1)[0]!)
  return pairs.filter((pair) => !pair.endsWith('=')).join('; ')
}

/** The person of a route that is for people. */
export function personOn(request: FastifyRequest): Person {
  if (request.person) return request.person
  throw new BlotterError('unauthorized', 'This needs a login.', { todo: 'Sign in at /login.' })
}
