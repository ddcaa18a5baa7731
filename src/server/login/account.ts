import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { BlotterError } from '../../errors.ts'
import { recordAct } from '../../state/identity/audit.ts'
import { checkPassword, hashPassword } from '../../state/identity/password.ts'
import { endOtherSessions, endSession, listSessions } from '../../state/identity/sessions.ts'
import { passwordOf, setName, setPassword, userById } from '../../state/identity/users.ts'
import { addEndpoint, type Described, none } from '../api/endpoint.ts'
import { type People, personOn } from './people.ts'
import { done, ownSession, password, personName, recoveryCodes, user } from './shapes.ts'

/** What everybody may see and change of themselves. */
export function account(app: FastifyInstance, people: People): Described[] {
  return [...profile(app, people), ...credentials(app, people), ...sessions(app, people)]
}

function profile(app: FastifyInstance, people: People): Described[] {
  const own = { role: 'viewer', parameters: none, query: none } as const
  return [
    addEndpoint(app, {
      ...own,
      path: '/v1/account',
      name: 'getAccount',
      summary: 'Oneself, with the ways to sign in',
      answer: user.extend({ recovery_codes_left: z.int(), has_password: z.boolean() }),
      handle: async (_asked, request, reply) => {
        const { id } = personOn(request)
        const facts = userById(people.identity(), id)
        const codes = () => people.auth(request).api.viewBackupCodes({ body: { userId: id } })
        // None is left of those that another key has encrypted.
        const left = facts.two_factor
          ? await codes().then(
              (one) => one.backupCodes.length,
              () => 0,
            )
          : 0
        return reply.send({
          ...facts,
          recovery_codes_left: left,
          has_password: passwordOf(people.identity(), id) !== undefined,
        })
      },
    }),
    addEndpoint(app, {
      ...own,
      method: 'PATCH',
      path: '/v1/account',
      name: 'changeName',
      summary: 'Changes one’s name',
      body: z.strictObject({ name: personName }),
      answer: done,
      handle: async ({ body }, request, reply) => {
        setName(people.identity(), personOn(request).id, body.name)
        return reply.send({ done: true })
      },
    }),
  ]
}

/** What one signs in with; a change of it is confirmed first. */
function credentials(app: FastifyInstance, people: People): Described[] {
  const own = { role: 'viewer', confirm: true, parameters: none, query: none } as const
  return [
    addEndpoint(app, {
      ...own,
      method: 'PUT',
      path: '/v1/account/password',
      name: 'changePassword',
      summary: 'Changes one’s password; all other sessions end',
      body: z.strictObject({ password }),
      answer: done,
      handle: async ({ body }, request, reply) => {
        const identity = people.identity()
        const { id, email, name, session } = personOn(request)
        if (passwordOf(identity, id) === undefined) throw noPassword()
        await checkPassword(identity, body.password, [email, name])
        setPassword(identity, id, await hashPassword(body.password))
        const ended = endOtherSessions(identity, id, session.id)
        recordAct(identity, {
          actor: email,
          act: 'password_changed',
          subject: email,
          details: { sessions_ended: ended, address: request.ip },
        })
        return reply.send({ done: true })
      },
    }),
    addEndpoint(app, {
      ...own,
      method: 'POST',
      path: '/v1/account/recovery-codes',
      name: 'renewRecoveryCodes',
      summary: 'Makes new recovery codes; those before are good no more',
      body: z.strictObject({ password }),
      answer: recoveryCodes,
      handle: async ({ body }, request, reply) => {
        const { email } = personOn(request)
        const made = people.auth(request).api.generateBackupCodes({ body, headers: people.headersOf(request) })
        const { backupCodes } = await made.catch(() => {
          throw new BlotterError('usage', 'The password is not right, or there is no second factor. Nothing was changed.', {
            todo: 'Try it again.',
          })
        })
        recordAct(people.identity(), {
          actor: email,
          act: 'recovery_codes_renewed',
          subject: email,
          details: { address: request.ip },
        })
        return reply.send({ recovery_codes: backupCodes })
      },
    }),
  ]
}

function sessions(app: FastifyInstance, people: People): Described[] {
  const own = { role: 'viewer', query: none } as const
  return [
    addEndpoint(app, {
      ...own,
      path: '/v1/sessions',
      name: 'listSessions',
      summary: 'One’s own sessions that are good now',
      parameters: none,
      answer: z.array(ownSession),
      handle: async (_asked, request, reply) => {
        const { id, session } = personOn(request)
        return reply.send(listSessions(people.identity(), id).map((one) => ({ ...one, is_this: one.id === session.id })))
      },
    }),
    addEndpoint(app, {
      ...own,
      method: 'DELETE',
      path: '/v1/sessions/:session',
      name: 'endSession',
      summary: 'Ends one of one’s sessions, from its next request on',
      parameters: z.object({ session: z.string().min(1).max(100) }),
      answer: done,
      handle: async ({ parameters }, request, reply) => {
        const { id, email } = personOn(request)
        endSession(people.identity(), id, parameters.session)
        recordAct(people.identity(), { actor: email, act: 'session_ended', subject: email })
        return reply.send({ done: true })
      },
    }),
    addEndpoint(app, {
      ...own,
      method: 'DELETE',
      path: '/v1/sessions',
      name: 'endOtherSessions',
      summary: 'Ends all of one’s sessions but this one',
      parameters: none,
      answer: z.strictObject({ ended: z.int() }),
      handle: async (_asked, request, reply) => {
        const { id, email, session } = personOn(request)
        const ended = endOtherSessions(people.identity(), id, session.id)
        recordAct(people.identity(), { actor: email, act: 'sessions_ended', subject: email, details: { sessions: ended } })
        return reply.send({ ended })
      },
    }),
  ]
}

function noPassword(): BlotterError {
  return new BlotterError('usage', 'You sign in without a password here. Nothing was changed.', {
    todo: 'A link from an admin lets you choose one: `blotter user reset-mfa EMAIL`.',
  })
}
