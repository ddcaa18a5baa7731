import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { BlotterError } from '../../errors.ts'
import { recordAct, sweepActs } from '../../state/identity/audit.ts'
import { forgetFailures } from '../../state/identity/failures.ts'
import { isPassword } from '../../state/identity/password.ts'
import { confirmSession, endOldSessions, endSession, type Factor, sweepSessions } from '../../state/identity/sessions.ts'
import { noteLogin, passwordOf, userById } from '../../state/identity/users.ts'
import { addEndpoint, type Described, none } from '../api/endpoint.ts'
import { checkCode, wrongCode } from './codes.ts'
import { type Attempt, beginAttempt, refusing } from './failure.ts'
import { type People, personOn, sendCookies } from './people.ts'
import { LOGIN_LIMIT } from './limits.ts'
import { code, done, email, next, password } from './shapes.ts'

/** Of the library's cookies, the one that says who is asked for a code: an older session must not answer in its place. */
const isChallenge = (name: string): boolean => name.endsWith('two_factor')

/** Of one person, at a time. */
const MOST_SESSIONS = 20

/** Signing in with a password and then a code, signing out, and saying again who one is. */
export function signIn(app: FastifyInstance, people: People): Described[] {
  return [...loginSteps(app, people), ...ownSession(app, people)]
}

function loginSteps(app: FastifyInstance, people: People): Described[] {
  const step = { method: 'POST', open: true, parameters: none, query: none, limit: LOGIN_LIMIT } as const
  return [
    addEndpoint(app, {
      ...step,
      path: '/v1/session/password',
      name: 'signInWithPassword',
      summary: 'The first step of a login; the second asks for a code',
      body: z.strictObject({ email, password }),
      answer: next,
      handle: async ({ body }, request, reply) => {
        sendCookies(reply, await passwordStep(people, request, body))
        return reply.send({ next: 'code' })
      },
    }),
    addEndpoint(app, {
      ...step,
      path: '/v1/session/totp',
      name: 'signInWithCode',
      summary: 'The second step: the code that the authenticator app shows',
      body: z.strictObject({ code }),
      answer: done,
      handle: async ({ body }, request, reply) => {
        const { user, attempt } = await challenged(people, request)
        const headers = people.headersOf(request, isChallenge)
        const answered = await checkCode(people, request, { userId: user.id, code: body.code, headers, attempt })
        return signedIn(people, request, reply, { user, factor: 'totp', headers: answered })
      },
    }),
    addEndpoint(app, {
      ...step,
      path: '/v1/session/recovery',
      name: 'signInWithRecoveryCode',
      summary: 'The second step where the app is lost; each recovery code is good once',
      body: z.strictObject({ code }),
      answer: done,
      handle: async ({ body }, request, reply) => {
        const { user, attempt } = await challenged(people, request)
        const headers = people.headersOf(request, isChallenge)
        const tried = people.auth(request).api.verifyBackupCode({ body: { code: body.code }, headers, returnHeaders: true })
        const { headers: answered } = await refusing(tried, (refusal) => wrongCode(attempt, refusal))
        return signedIn(people, request, reply, { user, factor: 'recovery', headers: answered })
      },
    }),
  ]
}

function ownSession(app: FastifyInstance, people: People): Described[] {
  const own = { role: 'viewer', parameters: none, query: none } as const
  return [
    addEndpoint(app, {
      ...own,
      method: 'DELETE',
      path: '/v1/session',
      name: 'signOut',
      summary: 'Ends this session',
      answer: done,
      handle: async (_asked, request, reply) => {
        const person = personOn(request)
        const { headers } = await people
          .auth(request)
          .api.signOut({ headers: people.headersOf(request), returnHeaders: true })
        sendCookies(reply, headers)
        recordAct(people.identity(), { actor: person.email, act: 'logout', subject: person.email })
        return reply.send({ done: true })
      },
    }),
    addEndpoint(app, {
      ...own,
      method: 'POST',
      limit: LOGIN_LIMIT,
      path: '/v1/session/confirm',
      name: 'confirmSession',
      summary: 'Says again who one is, for ten minutes of dangerous acts',
      body: z.strictObject({ password, code }),
      answer: done,
      handle: async ({ body }, request, reply) => {
        await confirm(people, request, body)
        return reply.send({ done: true })
      },
    }),
  ]
}

/** Answers with the cookies of a challenge. A password alone opens nothing. */
async function passwordStep(
  people: People,
  request: FastifyRequest,
  given: { email: string; password: string },
): Promise<Headers> {
  const attempt = beginAttempt(people.identity(), request, given.email)
  const { api, $context } = people.auth(request)
  const tried = api.signInEmail({
    body: { email: given.email.toLowerCase(), password: given.password },
    headers: people.headersOf(request, () => false),
    returnHeaders: true,
  })
  const { headers, response } = await refusing(tried, () =>
    attempt.failed('login_failed', 'E-mail or password is not right.'),
  )
  if ('twoFactorRedirect' in response) return headers
  await (await $context).internalAdapter.deleteSession(response.token)
  throw new BlotterError('forbidden', 'A second factor has yet to be set up for this user. Nobody was signed in.', {
    todo: 'An admin makes a link for that: `blotter user reset-mfa EMAIL`, or under Settings, Users.',
  })
}

async function challenged(
  people: People,
  request: FastifyRequest,
): Promise<{ user: { id: string; email: string }; attempt: Attempt }> {
  const user = await people.auth(request).api.challengedUser({ headers: people.headersOf(request, isChallenge) })
  const attempt = beginAttempt(people.identity(), request, user?.email)
  if (!user) throw attempt.failed('code_refused', 'The time for the code is over.', 'Begin again with your password.')
  return { user, attempt }
}

/** Hands over the session of a login and notes it; the session that the same browser had before ends. */
export async function signedIn(
  people: People,
  request: FastifyRequest,
  reply: FastifyReply,
  { user, factor, headers }: { user: { id: string; email: string }; factor: Factor; headers: Headers },
  answer: Record<string, unknown> = { done: true },
): Promise<FastifyReply> {
  const identity = people.identity()
  const before = await people.personOf(request)
  if (before) endSession(identity, before.id, before.session.id)
  sweepSessions(identity)
  sweepActs(identity)
  endOldSessions(identity, user.id, MOST_SESSIONS)
  forgetFailures(identity, user.email)
  noteLogin(identity, user.id)
  recordAct(identity, { actor: user.email, act: 'login', subject: user.email, details: { factor, address: request.ip } })
  sendCookies(reply, headers)
  return reply.send(answer)
}

async function confirm(people: People, request: FastifyRequest, given: { password: string; code: string }): Promise<void> {
  const identity = people.identity()
  const person = personOn(request)
  const attempt = beginAttempt(identity, request, person.email)
  const hashed = passwordOf(identity, person.id)
  if (hashed === undefined || !userById(identity, person.id).two_factor) {
    throw new BlotterError('usage', 'You sign in without a password here. Nothing was changed.', {
      todo: 'Confirm with a passkey, or sign in again.',
    })
  }
  if (!(await isPassword(given.password, hashed)))
    throw attempt.failed('confirmation_failed', 'Password or code is not right.')
  await checkCode(people, request, { userId: person.id, code: given.code, headers: people.headersOf(request), attempt })
  confirmSession(identity, person.session.id)
  forgetFailures(identity, person.email)
  recordAct(identity, { actor: person.email, act: 'confirmed', subject: person.email })
}
