import type { BetterAuthPlugin } from 'better-auth'
import { APIError, createAuthEndpoint } from 'better-auth/api'
import { setSessionCookie } from 'better-auth/cookies'
import { generateRandomString } from 'better-auth/crypto'
import { z } from 'zod'
import type { Clock } from '../../clock.ts'

const TICKET_SECONDS = 600
/** What the library calls the cookie of somebody who has shown their password and not yet a code. */
const CHALLENGE_COOKIE = 'two_factor'

const purpose = z.enum(['enrolment', 'passkey'])

/** What the library does not have: sessions after passkeys and links, and tickets from one step of a login to the next. */
export function sessionPlugin(clock: Clock) {
  return {
    id: 'blotter-sessions',
    endpoints: {
      /** Makes a session of a user who has been proved to be themselves. */
      beginSession: createAuthEndpoint.serverOnly(
        { method: 'POST', body: z.object({ userId: z.string(), factor: purpose }), requireHeaders: true },
        async (context) => {
          const { internalAdapter } = context.context
          const user = await internalAdapter.findUserById(context.body.userId)
          if (!user) throw new APIError('UNAUTHORIZED')
          // `true`: what is given here goes before the fields' defaults.
          const session = await internalAdapter.createSession(user.id, false, { factor: context.body.factor }, true)
          await setSessionCookie(context, { session, user })
          return context.json({ session: session.id })
        },
      ),
      /** Remembers a value for ten minutes, for whoever holds the signed cookie that goes with it. */
      giveTicket: createAuthEndpoint.serverOnly(
        { method: 'POST', body: z.object({ purpose, value: z.string() }), requireHeaders: true },
        async (context) => {
          const cookie = context.context.createAuthCookie(context.body.purpose, { maxAge: TICKET_SECONDS })
          const identifier = `${context.body.purpose}-${generateRandomString(32)}`
          const expiresAt = new Date(clock.now().getTime() + TICKET_SECONDS * 1000)
          await context.context.internalAdapter.createVerificationValue({ identifier, value: context.body.value, expiresAt })
          await context.setSignedCookie(cookie.name, identifier, context.context.secret, cookie.attributes)
          return context.json({ expiresAt })
        },
      ),
      /** What a ticket is worth; it is used up if that is asked for. Its value is null where there is none that is good. */
      takeTicket: createAuthEndpoint.serverOnly(
        { method: 'POST', body: z.object({ purpose, isUsedUp: z.boolean() }), requireHeaders: true },
        async (context) => {
          const { createAuthCookie, secret, internalAdapter } = context.context
          const identifier = await context.getSignedCookie(createAuthCookie(context.body.purpose).name, secret)
          if (!identifier || !identifier.startsWith(`${context.body.purpose}-`)) return context.json({ value: null })
          const found = context.body.isUsedUp
            ? await internalAdapter.consumeVerificationValue(identifier)
            : await internalAdapter.findVerificationValue(identifier)
          return context.json({ value: found && found.expiresAt > clock.now() ? found.value : null })
        },
      ),
      /** Who has shown their password and is asked for a code now. */
      challengedUser: createAuthEndpoint.serverOnly({ method: 'POST', requireHeaders: true }, async (context) => {
        const { createAuthCookie, secret, internalAdapter } = context.context
        const identifier = await context.getSignedCookie(createAuthCookie(CHALLENGE_COOKIE).name, secret)
        const found = identifier ? await internalAdapter.findVerificationValue(identifier) : null
        const user = found && found.expiresAt > clock.now() ? await internalAdapter.findUserById(found.value) : null
        return context.json(user && { id: user.id, email: user.email })
      }),
    },
  } satisfies BetterAuthPlugin
}
