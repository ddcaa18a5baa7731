import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { recordAct } from '../../state/identity/audit.ts'
import { listPasskeys, removePasskey } from '../../state/identity/passkeys.ts'
import { confirmSession } from '../../state/identity/sessions.ts'
import { userById } from '../../state/identity/users.ts'
import { addEndpoint, type Described, none } from '../api/endpoint.ts'
import { beginAttempt } from './failure.ts'
import { LOGIN_LIMIT } from './limits.ts'
import { keepPasskey, passkeyOptions, passkeyOwner, signInOptions } from './passkeys.ts'
import { type People, personOn, sendCookies } from './people.ts'
import { credential, done, passkey } from './shapes.ts'
import { signedIn } from './sign-in.ts'

const options = z.looseObject({ challenge: z.string() }).meta({ description: 'As WebAuthn (Level 3) has it.' })

/** Passkeys: to sign in with, to confirm with, and one’s own. */
export function passkeyRoutes(app: FastifyInstance, people: People): Described[] {
  const step = { method: 'POST', parameters: none, query: none, limit: LOGIN_LIMIT } as const
  const withCredential = z.strictObject({ credential })
  return [
    addEndpoint(app, {
      ...step,
      path: '/v1/session/passkey/options',
      name: 'getPasskeyChallenge',
      summary: 'What a browser needs to show one of its passkeys',
      open: true,
      answer: options,
      handle: async (_asked, request, reply) => sendChallenge(people, request, reply, await signInOptions(request)),
    }),
    addEndpoint(app, {
      ...step,
      path: '/v1/session/passkey',
      name: 'signInWithPasskey',
      summary: 'Signs in with a passkey, in place of password and code',
      open: true,
      body: withCredential,
      answer: done,
      handle: async ({ body }, request, reply) => {
        const userId = await ownerOf(people, request, body.credential)
        const user = userById(people.identity(), userId)
        const wish = {
          body: { userId, factor: 'passkey' },
          headers: people.headersOf(request, () => false),
          returnHeaders: true,
        } as const
        const begun = await people.auth(request).api.beginSession(wish)
        return signedIn(people, request, reply, { user, factor: 'passkey', headers: begun.headers })
      },
    }),
    addEndpoint(app, {
      ...step,
      path: '/v1/session/confirm/passkey',
      name: 'confirmSessionWithPasskey',
      summary: 'Says again who one is, by a passkey',
      role: 'viewer',
      body: withCredential,
      answer: done,
      handle: async ({ body }, request, reply) => {
        const identity = people.identity()
        const person = personOn(request)
        const owner = await ownerOf(people, request, body.credential, person.email)
        if (owner !== person.id)
          throw beginAttempt(identity, request, person.email).failed(
            'confirmation_failed',
            'This is the passkey of somebody else.',
          )
        confirmSession(identity, person.session.id)
        recordAct(identity, { actor: person.email, act: 'confirmed', subject: person.email })
        return reply.send({ done: true })
      },
    }),
    ...ownPasskeys(app, people),
  ]
}

function ownPasskeys(app: FastifyInstance, people: People): Described[] {
  const own = { role: 'viewer', query: none } as const
  return [
    addEndpoint(app, {
      ...own,
      path: '/v1/passkeys',
      name: 'listPasskeys',
      summary: 'One’s own passkeys',
      parameters: none,
      answer: z.array(passkey),
      handle: async (_asked, request, reply) => {
        const all = listPasskeys(people.identity(), personOn(request).id)
        return reply.send(all.map(({ id, name, created_at, last_used_at }) => ({ id, name, created_at, last_used_at })))
      },
    }),
    addEndpoint(app, {
      ...own,
      method: 'POST',
      path: '/v1/passkeys/options',
      name: 'getNewPasskeyChallenge',
      summary: 'What a browser needs to make a passkey',
      confirm: true,
      parameters: none,
      answer: options,
      handle: async (_asked, request, reply) =>
        sendChallenge(people, request, reply, await passkeyOptions(people, request, personOn(request))),
    }),
    addEndpoint(app, {
      ...own,
      method: 'POST',
      path: '/v1/passkeys',
      name: 'addPasskey',
      summary: 'Keeps a passkey that answers to the challenge',
      confirm: true,
      parameters: none,
      body: z.strictObject({ name: z.string().trim().max(60), credential }),
      answer: passkey,
      handle: async ({ body }, request, reply) => {
        const made = body.credential as unknown as RegistrationResponseJSON
        const challenge = await challengeOf(people, request)
        return reply.send(
          await keepPasskey(people, request, personOn(request), { name: body.name, credential: made, challenge }),
        )
      },
    }),
    addEndpoint(app, {
      ...own,
      method: 'DELETE',
      path: '/v1/passkeys/:passkey',
      name: 'removePasskey',
      summary: 'Forgets a passkey',
      confirm: true,
      parameters: z.object({ passkey: z.string().min(1).max(2048) }),
      answer: done,
      handle: async ({ parameters }, request, reply) => {
        removePasskey(people.identity(), personOn(request), parameters.passkey)
        return reply.send({ done: true })
      },
    }),
  ]
}

/** The challenge waits for its answer under a ticket, which is used up by the first one. */
async function sendChallenge(
  people: People,
  request: FastifyRequest,
  reply: FastifyReply,
  made: { challenge: string },
): Promise<FastifyReply> {
  const ticket = { purpose: 'passkey', value: made.challenge } as const
  const headers = people.headersOf(request)
  sendCookies(reply, (await people.auth(request).api.giveTicket({ body: ticket, headers, returnHeaders: true })).headers)
  return reply.send(made)
}

async function challengeOf(people: People, request: FastifyRequest): Promise<string | null> {
  const headers = people.headersOf(request)
  return (await people.auth(request).api.takeTicket({ body: { purpose: 'passkey', isUsedUp: true }, headers })).value
}

async function ownerOf(people: People, request: FastifyRequest, shown: unknown, email?: string): Promise<string> {
  const attempt = beginAttempt(people.identity(), request, email)
  const challenge = await challengeOf(people, request)
  return passkeyOwner(people, request, { credential: shown as AuthenticationResponseJSON, challenge, attempt })
}
