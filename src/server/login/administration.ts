import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { SCOPES } from '../../model/scope.ts'
import { listActs } from '../../state/identity/audit.ts'
import { addLink } from '../../state/identity/links.ts'
import { addToken, listTokens, revokeToken } from '../../state/identity/tokens.ts'
import { addUser, listUsers, removeUser, resetFactors, setRole } from '../../state/identity/users.ts'
import { addEndpoint, type Described, none } from '../api/endpoint.ts'
import { type People, personOn } from './people.ts'
import { act, email, link, personName, role, tokenFacts, user } from './shapes.ts'
import { RETURN_PATH } from './single-sign-on.ts'

const LONGEST_DAYS = 3650

const oneUser = z.object({ user: z.string().min(1).max(64) })
const linkedUser = user.extend({ link })

/** What admins do: users, tokens, and the log of who did what. */
export function administration(app: FastifyInstance, people: People): Described[] {
  return [...users(app, people), factorReset(app, people), ...tokens(app, people), audit(app, people)]
}

function users(app: FastifyInstance, people: People): Described[] {
  const admin = { role: 'admin', query: none } as const
  return [
    addEndpoint(app, {
      ...admin,
      path: '/v1/users',
      name: 'listUsers',
      summary: 'All users',
      parameters: none,
      answer: z.array(user),
      handle: async (_asked, _request, reply) => reply.send(listUsers(people.identity())),
    }),
    addEndpoint(app, {
      ...admin,
      method: 'POST',
      path: '/v1/users',
      name: 'addUser',
      summary: 'Adds a user, with a link for one use with which they enrol',
      confirm: true,
      parameters: none,
      body: z.strictObject({ email, name: personName, role }),
      answer: linkedUser,
      handle: async ({ body }, request, reply) => {
        const added = addUser(people.identity(), { ...body, actor: personOn(request).email })
        return reply.send({ ...added, link: linkFor(people, added.id) })
      },
    }),
    addEndpoint(app, {
      ...admin,
      method: 'PATCH',
      path: '/v1/users/:user',
      name: 'changeRole',
      summary: 'Changes what a user may do, from their next request on',
      confirm: true,
      parameters: oneUser,
      body: z.strictObject({ role }),
      answer: user,
      handle: async ({ parameters: { user: id }, body }, request, reply) =>
        reply.send(setRole(people.identity(), id, body.role, personOn(request).email)),
    }),
    addEndpoint(app, {
      ...admin,
      method: 'DELETE',
      path: '/v1/users/:user',
      name: 'removeUser',
      summary: 'Removes a user and their sessions',
      confirm: true,
      parameters: oneUser,
      answer: user,
      handle: async ({ parameters: { user: id } }, request, reply) =>
        reply.send(removeUser(people.identity(), id, personOn(request).email)),
    }),
  ]
}

/** The way back in for somebody who has lost what they sign in with. */
function factorReset(app: FastifyInstance, people: People): Described {
  return addEndpoint(app, {
    method: 'POST',
    path: '/v1/users/:user/reset-mfa',
    name: 'resetFactors',
    summary: 'Forgets a user’s second factor, recovery codes, passkeys and sessions, with a new link',
    role: 'admin',
    confirm: true,
    parameters: oneUser,
    query: none,
    body: z.strictObject({
      password: z.boolean().default(false).meta({ description: 'Whether the password is forgotten as well.' }),
    }),
    answer: linkedUser,
    handle: async ({ parameters: { user: id }, body }, request, reply) => {
      const reset = resetFactors(people.identity(), id, { actor: personOn(request).email, password: body.password })
      return reply.send({ ...reset, link: linkFor(people, id) })
    },
  })
}

function linkFor(people: People, userId: string): z.output<typeof link> {
  const { token, expires_at } = addLink(people.identity(), userId)
  return { path: `${RETURN_PATH}#link=${token}`, expires_at }
}

function tokens(app: FastifyInstance, people: People): Described[] {
  const admin = { role: 'admin', query: none } as const
  return [
    addEndpoint(app, {
      ...admin,
      path: '/v1/tokens',
      name: 'listTokens',
      summary: 'All tokens: what they may do, never themselves',
      parameters: none,
      answer: z.array(tokenFacts),
      handle: async (_asked, _request, reply) => reply.send(listTokens(people.identity())),
    }),
    addEndpoint(app, {
      ...admin,
      method: 'POST',
      path: '/v1/tokens',
      name: 'addToken',
      summary: 'Makes a token; it is shown this once',
      confirm: true,
      parameters: none,
      body: z.strictObject({
        name: z.string().max(64),
        scopes: z.array(z.enum(SCOPES)).min(1),
        expires_in_days: z.int().min(1).max(LONGEST_DAYS).optional(),
      }),
      answer: tokenFacts.extend({ token: z.string() }),
      handle: async ({ body: { name, scopes, expires_in_days: days } }, request, reply) => {
        const lifetime = days === undefined ? {} : { expiresInMs: days * 86_400_000 }
        return reply.send(addToken(people.identity(), { name, scopes, ...lifetime, actor: personOn(request).email }))
      },
    }),
    addEndpoint(app, {
      ...admin,
      method: 'DELETE',
      path: '/v1/tokens/:token',
      name: 'revokeToken',
      summary: 'Makes a token worthless, from its next request on',
      confirm: true,
      parameters: z.object({ token: z.string().min(1).max(64) }),
      answer: tokenFacts,
      handle: async ({ parameters: { token } }, request, reply) =>
        reply.send(revokeToken(people.identity(), token, personOn(request).email)),
    }),
  ]
}

function audit(app: FastifyInstance, people: People): Described {
  return addEndpoint(app, {
    path: '/v1/audit',
    name: 'listActs',
    summary: 'Who did what, the newest first',
    role: 'admin',
    parameters: none,
    query: z.object({ limit: z.coerce.number().int().min(1).max(1000).default(100) }),
    answer: z.array(act),
    handle: async ({ query }, _request, reply) => reply.send(listActs(people.identity(), query.limit)),
  })
}
