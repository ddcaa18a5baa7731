import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isIP } from 'node:net'
import { toString as qrCode } from 'qrcode'
import { z } from 'zod'
import { BlotterError, impossible } from '../../errors.ts'
import { recordAct } from '../../state/identity/audit.ts'
import type { Identity } from '../../state/identity/identity.ts'
import { useLink } from '../../state/identity/links.ts'
import { checkPassword, hashPassword, isPassword } from '../../state/identity/password.ts'
import { addUser, hasUsers, passwordOf, setPassword, type UserFacts, userById } from '../../state/identity/users.ts'
import { addEndpoint, type Described, none } from '../api/endpoint.ts'
import { checkCode } from './codes.ts'
import { beginAttempt } from './failure.ts'
import { LOGIN_LIMIT } from './limits.ts'
import { cookiesOf, type People, sendCookies, SESSION_COOKIE } from './people.ts'
import { code, email, linkFound, password, personName, recoveryCodes, secondFactor } from './shapes.ts'
import { signedIn } from './sign-in.ts'

/** Where a ticket stands that is of nobody yet: the first user's. */
const FIRST = 'first'

const isSession = (name: string): boolean => name.endsWith(SESSION_COOKIE)

/** From a one-time link to a password and a second factor. */
export function enrolment(app: FastifyInstance, people: People): Described[] {
  const step = { method: 'POST', open: true, parameters: none, query: none, limit: LOGIN_LIMIT } as const
  return [
    addEndpoint(app, {
      ...step,
      path: '/v1/session/link',
      name: 'followLink',
      summary: 'Exchanges the token of a one-time link for ten minutes in which to enrol',
      body: z.strictObject({ token: z.string().min(1).max(200) }),
      answer: linkFound,
      handle: async ({ body }, request, reply) => {
        const user = takeLink(people, request, body.token)
        const headers = people.headersOf(request, () => false)
        await sendTicket(people, request, reply, { value: user?.id ?? FIRST, headers })
        if (!user) return reply.send({ kind: 'first_user', email: null, name: null, password: 'new' })
        const known = passwordOf(people.identity(), user.id) === undefined ? 'new' : 'known'
        return reply.send({ kind: 'invitation', email: user.email, name: user.name, password: known })
      },
    }),
    addEndpoint(app, {
      ...step,
      path: '/v1/enrolment/password',
      name: 'enrolPassword',
      summary: 'Sets the password, and answers with the secret for an authenticator app',
      body: z.strictObject({ password, email: email.optional(), name: personName.optional() }),
      answer: secondFactor,
      handle: async ({ body }, request, reply) => {
        const { id } = await passwordOfEnrolled(people, request, body)
        const otpauth = await beginSecondFactor(people, request, reply, { id, password: body.password })
        const secret = new URL(otpauth).searchParams.get('secret') ?? ''
        const qr_svg = await qrCode(otpauth, { type: 'svg', margin: 0, errorCorrectionLevel: 'M' })
        return reply.send({ otpauth, secret, qr_svg })
      },
    }),
    addEndpoint(app, {
      ...step,
      path: '/v1/enrolment/totp',
      name: 'enrolSecondFactor',
      summary: 'Proves that the app has the secret: the user is signed in, and told the recovery codes',
      body: z.strictObject({ code }),
      answer: recoveryCodes,
      handle: async ({ body }, request, reply) => {
        const { user, headers } = await provenSecondFactor(people, request, body.code)
        const { backupCodes } = await people.auth(request).api.viewBackupCodes({ body: { userId: user.id } })
        const details = { address: request.ip }
        recordAct(people.identity(), { actor: user.email, act: 'second_factor_set_up', subject: user.email, details })
        return signedIn(people, request, reply, { user, factor: 'totp', headers }, { recovery_codes: backupCodes })
      },
    }),
  ]
}

/** Lets whoever holds it enrol as the user that it names, for ten minutes. */
async function sendTicket(
  people: People,
  request: FastifyRequest,
  reply: FastifyReply,
  { value, headers }: { value: string; headers: Headers },
): Promise<void> {
  const ticket = { purpose: 'enrolment', value } as const
  const given = await people.auth(request).api.giveTicket({ body: ticket, headers, returnHeaders: true })
  sendCookies(reply, given.headers)
}

/** Makes the secret for an authenticator app, as an `otpauth:` address, in a session that opens nothing else. */
async function beginSecondFactor(
  people: People,
  request: FastifyRequest,
  reply: FastifyReply,
  user: { id: string; password: string },
): Promise<string> {
  const { api } = people.auth(request)
  const begun = await api.beginSession({
    body: { userId: user.id, factor: 'enrolment' },
    headers: people.headersOf(request, () => false),
    returnHeaders: true,
  })
  const headers = new Headers({ cookie: cookiesOf(begun.headers) })
  const made = await api.enableTwoFactor({ body: { password: user.password, method: 'totp' }, headers })
  if (made.method !== 'totp') throw impossible('the library made another second factor than was asked for')
  // The new ticket says whose it is, so that the page can be loaded again.
  await sendTicket(people, request, reply, { value: user.id, headers })
  sendCookies(reply, begun.headers)
  return made.totpURI
}

/** Checks the first code of an app, which uses the ticket up; with the headers of the session that comes of it. */
async function provenSecondFactor(
  people: People,
  request: FastifyRequest,
  given: string,
): Promise<{ user: UserFacts; headers: Headers }> {
  const identity = people.identity()
  const { api } = people.auth(request)
  const headers = people.headersOf(request)
  const { value: userId } = await api.takeTicket({ body: { purpose: 'enrolment', isUsedUp: false }, headers })
  if (userId === null || userId === FIRST) throw noTicket()
  const user = userById(identity, userId)
  if (user.two_factor) throw noTicket()
  const attempt = beginAttempt(identity, request, user.email)
  const own = people.headersOf(request, isSession)
  const answered = await checkCode(people, request, { userId, code: given, headers: own, attempt })
  await api.takeTicket({ body: { purpose: 'enrolment', isUsedUp: true }, headers })
  return { user, headers: answered }
}

/** Whose link it is; undefined for the first user's. Throws `link_refused`. */
function takeLink(people: People, request: FastifyRequest, token: string): UserFacts | undefined {
  const identity = people.identity()
  const attempt = beginAttempt(identity, request, undefined)
  const isFirst = !hasUsers(identity)
  if (isFirst && !isAtTheMachine(request)) {
    throw new BlotterError(
      'link_refused',
      'The first user enrols on the machine that Blotter runs on. The link is still good there.',
      {
        todo: 'Open it there, or add the first user on its command line: `blotter user add EMAIL --role admin`.',
      },
    )
  }
  try {
    const userId = useLink(identity, token)
    if (userId !== null) return userById(identity, userId)
    if (isFirst) return undefined
  } catch (error) {
    if (error instanceof BlotterError && error.code === 'link_refused') attempt.failed('link_refused', error.message)
    throw error
  }
  throw new BlotterError('link_refused', 'There is a first user already. Nothing was changed.', {
    todo: 'Ask them for an invitation.',
  })
}

/** Checks or sets the password of whoever holds the ticket; the first user is made by that. */
async function passwordOfEnrolled(
  people: People,
  request: FastifyRequest,
  given: { password: string; email?: string | undefined; name?: string | undefined },
): Promise<UserFacts> {
  const identity = people.identity()
  const headers = people.headersOf(request)
  const { value: whose } = await people
    .auth(request)
    .api.takeTicket({ body: { purpose: 'enrolment', isUsedUp: false }, headers })
  if (whose === null) throw noTicket()
  if (whose === FIRST) return firstUser(identity, given)
  const user = userById(identity, whose)
  if (user.two_factor) throw noTicket()
  const known = passwordOf(identity, user.id)
  if (known === undefined) {
    await checkPassword(identity, given.password, [user.email, user.name])
    setPassword(identity, user.id, await hashPassword(given.password))
  } else {
    const attempt = beginAttempt(identity, request, user.email)
    if (!(await isPassword(given.password, known))) throw attempt.failed('login_failed', 'The password is not right.')
  }
  return user
}

async function firstUser(
  identity: Identity,
  given: { password: string; email?: string | undefined; name?: string | undefined },
): Promise<UserFacts> {
  if (given.email === undefined || given.name === undefined) {
    throw new BlotterError('usage', 'The first user needs an e-mail address and a name. Nothing was changed.', {
      todo: 'Give both.',
    })
  }
  await checkPassword(identity, given.password, [given.email, given.name])
  const wish = {
    email: given.email,
    name: given.name,
    role: 'admin',
    passwordHash: await hashPassword(given.password),
    actor: 'link',
  } as const
  return identity.database.transaction(() => {
    if (hasUsers(identity)) throw noTicket()
    return addUser(identity, wish)
  })
}

/** By a connection of its own, or of a proxy on it that is believed and says so. */
function isAtTheMachine({ ip, hostname }: FastifyRequest): boolean {
  const name = hostname.replace(/^\[|\]$/g, '')
  return isLoopback(ip) && (name === 'localhost' || isLoopback(name))
}

function isLoopback(address: string): boolean {
  const plain = address.replace(/^::ffff:/i, '')
  return plain === '::1' || (isIP(plain) === 4 && plain.startsWith('127.'))
}

function noTicket(): BlotterError {
  return new BlotterError(
    'link_refused',
    'The ten minutes after following the link are over, or it has been used. Nothing was changed.',
    {
      todo: 'Ask for a new link: `blotter user reset-mfa EMAIL`.',
    },
  )
}
