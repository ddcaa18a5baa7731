import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { timingSafeEqual } from 'node:crypto'
import { BlotterError, impossible } from '../errors.ts'
import { includesRole, type Role, scopesOf } from '../model/role.ts'
import type { Bearer, Scope } from '../model/scope.ts'

/** Who may ask for a route. One that says nothing of it cannot be added. */
export interface Access {
  /** For everybody: health, the login and its files. */
  open?: boolean | undefined
  /** A page: strangers get it as well, with 401, since it shows them the login. */
  page?: boolean | undefined
  /** What a token has to grant, one of them where there are several; and a person's role, where `role` does not say more. */
  scope?: Scope | readonly Scope[] | undefined
  /** What a person has to be at least. Without `scope` the route is for people alone: no token opens it. */
  role?: Role | undefined
  /** A dangerous act: a person has to have said who they are within the last ten minutes. */
  confirm?: boolean | undefined
}

/** Somebody who is signed in. */
export interface Person {
  id: string
  email: string
  name: string
  role: Role
  session: { id: string; factor: string; confirmedAt: Date; expiresAt: Date }
  /** What each of their requests that changes something has to bear. */
  csrf: string
}

declare module 'fastify' {
  interface FastifyContextConfig extends Access {}
  interface FastifyRequest {
    /** Who asks, token or person. Null on open routes, and for a stranger who is shown a page. */
    bearer: Bearer | null
    /** Set where it is a person. */
    person: Person | null
  }
  interface FastifyInstance {
    /** For answers that go on: throws once whoever asked is a stranger, or may no longer ask for this. */
    askAgain(request: FastifyRequest): Promise<void>
  }
}

/** How those who ask are told apart. */
export interface Known {
  bearerOf(token: string): Bearer | undefined
  personOf(request: FastifyRequest): Promise<Person | undefined>
  now(): Date
}

export const CONFIRMED_MS = 10 * 60_000
const CSRF_HEADER = 'x-csrf-token'
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * The one place where it is decided who may what: for API, pages, Iceberg catalog and metrics alike. Everybody unknown gets
 * `unauthorized` before a body is read, and for paths that do not exist too, so that a stranger learns nothing. Call it before
 * routes are added.
 */
export function authenticate(app: FastifyInstance, known: Known): void {
  app.decorateRequest('bearer', null)
  app.decorateRequest('person', null)
  app.addHook('onRoute', ({ method, url, config }) => {
    const isSaid = config?.open ?? config?.page ?? config?.scope ?? config?.role
    if (isSaid === undefined) throw impossible(`the route ${String(method)} ${url} does not say who may ask for it`)
  })
  app.decorate('askAgain', async (request: FastifyRequest) => {
    await identify(request, known)
    refuseUnlessAllowed(request, request.routeOptions.config)
  })
  app.addHook('onRequest', async (request, reply) => {
    const config: Access = request.routeOptions.config ?? {}
    if (config.open) return refuseOtherPages(request)
    await identify(request, known)
    if (!request.bearer) return stranger(request, reply, config)
    if (request.person) refuseForged(request, request.person)
    refuseUnlessAllowed(request, config)
    if (config.confirm && request.person) refuseUnconfirmed(request.person, known.now())
  })
}

/** A request with a token is the token's, whatever cookies come along. */
async function identify(request: FastifyRequest, known: Known): Promise<void> {
  request.bearer = null
  const { authorization } = request.headers
  if (authorization !== undefined) {
    const token = /^Bearer +([\w.~+/-]+=*) *$/i.exec(authorization)?.[1]
    request.bearer = (token === undefined ? undefined : known.bearerOf(token)) ?? null
    return
  }
  request.person = (await known.personOf(request)) ?? null
  if (request.person) request.bearer = { name: request.person.email, scopes: scopesOf(request.person.role) }
}

function stranger({ headers }: FastifyRequest, reply: FastifyReply, { page }: Access): void {
  if (page) return void reply.status(401)
  const showedToken = /^Bearer +\S/i.test(headers.authorization ?? '')
  const message = showedToken ? 'The token is unknown, expired or revoked.' : 'This needs a login, or a token.'
  throw new BlotterError('unauthorized', message, {
    todo:
      'People sign in at /login. Programs need a token: make one with `blotter token add NAME --scope …`, and send it as ' +
      '`Authorization: Bearer TOKEN`.',
  })
}

function refuseUnlessAllowed(request: FastifyRequest, { scope, role }: Access): void {
  if (request.person && role !== undefined) {
    if (includesRole(request.person.role, role)) return
    throw lacksRole(request.person, role)
  }
  // Without either it is no route: what does not exist is said to whoever is known.
  if (scope === undefined && role !== undefined && !request.person) throw peopleOnly(request)
  const scopes = typeof scope === 'string' ? [scope] : (scope ?? [])
  if (scopes.length > 0 && !scopes.some((one) => request.bearer?.scopes.includes(one))) throw lacksScope(request, scopes[0]!)
}

/** Throws `forbidden` naming the scope that whoever asks lacks. */
export function requireScope(request: FastifyRequest, scope: Scope): void {
  if (!request.bearer?.scopes.includes(scope)) throw lacksScope(request, scope)
}

/** A request that changes something has to come from one of this server's own pages, and to know what only they are told. */
function refuseForged(request: FastifyRequest, person: Person): void {
  if (SAFE.has(request.method)) return
  refuseOtherPages(request)
  const shown = Buffer.from(String(request.headers[CSRF_HEADER] ?? ''))
  const expected = Buffer.from(person.csrf)
  if (shown.length === expected.length && timingSafeEqual(shown, expected)) return
  throw forged('does not bear the token of this session')
}

/** What browsers say of where a request comes from (Fetch Metadata, Origin) has to be this server; programs say nothing. */
function refuseOtherPages(request: FastifyRequest): void {
  if (SAFE.has(request.method)) return
  const { origin, 'sec-fetch-site': site } = request.headers
  if (site !== undefined && site !== 'same-origin') throw forged('comes from another page')
  if (origin === undefined) return
  const from = URL.parse(origin)
  const isOwn = from?.host === request.host && (request.protocol === 'http' || from.protocol === 'https:')
  if (!isOwn) throw forged('comes from another page')
}

function refuseUnconfirmed({ session }: Person, now: Date): void {
  if (now.getTime() - session.confirmedAt.getTime() < CONFIRMED_MS) return
  throw new BlotterError('confirmation_needed', 'This needs you to say again who you are. Nothing was changed.', {
    todo: 'Confirm with your password and a code, or with a passkey.',
  })
}

function lacksScope({ bearer, person }: FastifyRequest, scope: Scope): BlotterError {
  const todo = person ? 'An admin can change roles.' : `Make one that has it: \`blotter token add NAME --scope ${scope}\`.`
  const who = person ? `A ${person.role}` : `The token ${bearer?.name ?? ''}`
  const what = person ? `may not do what needs the scope ${scope}` : `lacks the scope ${scope}, which this needs`
  return new BlotterError('forbidden', `${who} ${what}. Nothing was changed.`, { todo, context: { scope } })
}

function lacksRole({ role }: Person, needed: Role): BlotterError {
  return new BlotterError(
    'forbidden',
    `This is for ${needed}s; you are ${role === 'viewer' ? 'a' : 'an'} ${role}. Nothing was changed.`,
    {
      todo: 'An admin can change roles.',
      context: { role: needed },
    },
  )
}

function peopleOnly({ bearer }: FastifyRequest): BlotterError {
  return new BlotterError(
    'forbidden',
    `This is for people who are signed in, not for the token ${bearer?.name ?? ''}. Nothing was changed.`,
    {
      todo: 'Sign in at /login, or use the command line.',
    },
  )
}

function forged(why: string): BlotterError {
  return new BlotterError('csrf', `The request ${why}. Nothing was changed.`, {
    todo: 'Load the page again and repeat it there.',
  })
}
