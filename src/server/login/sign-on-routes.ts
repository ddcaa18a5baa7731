import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { BlotterError } from '../../errors.ts'
import { userByEmail } from '../../state/identity/users.ts'
import { addEndpoint, type Described, none } from '../api/endpoint.ts'
import { beginAttempt, refusalOf } from './failure.ts'
import { LOGIN_LIMIT } from './limits.ts'
import type { People } from './people.ts'
import { done } from './shapes.ts'
import { signedIn } from './sign-in.ts'
import { RETURN_PATH, type SingleSignOn, signOnFailed } from './single-sign-on.ts'

/** Single sign-on in two steps: to the issuer, and back. */
export function signOnRoutes(app: FastifyInstance, people: People, sso: SingleSignOn): Described[] {
  const step = { method: 'POST', open: true, parameters: none, query: none, limit: LOGIN_LIMIT } as const
  return [
    addEndpoint(app, {
      ...step,
      path: '/v1/session/oidc/start',
      name: 'beginSingleSignOn',
      summary: 'The address of the issuer to go to; it sends back to the login page',
      answer: z.strictObject({ url: z.url() }),
      handle: async (_asked, request, reply) => {
        const wish = {
          body: { provider: 'sso', callbackURL: RETURN_PATH, disableRedirect: true },
          headers: people.headersOf(request),
          returnHeaders: true,
        } as const
        const begun = await sso.from(originOf(request), () => people.auth(request).api.signInSocial(wish))
        for (const cookie of begun.headers.getSetCookie()) void reply.header('set-cookie', cookie)
        return reply.send({ url: begun.response.url })
      },
    }),
    addEndpoint(app, {
      ...step,
      path: '/v1/session/oidc',
      name: 'endSingleSignOn',
      summary: 'What the issuer sent along, for a session',
      body: z.strictObject({
        code: z.string().min(1).max(4096),
        state: z.string().min(1).max(512),
        iss: z.string().max(512).optional(),
      }),
      answer: done,
      handle: async ({ body }, request, reply) => {
        const attempt = beginAttempt(people.identity(), request, undefined)
        const headers = await returned(people, sso, request, body)
        if (headers instanceof BlotterError) {
          attempt.failed('login_failed', headers.message)
          throw headers
        }
        const email = await emailOf(people, request, headers)
        const user = userByEmail(people.identity(), email)
        return signedIn(people, request, reply, { user, factor: 'single_sign_on', headers })
      },
    }),
  ]
}

/** The library answers with a redirect, whether it went well or not; where to is ours to know. */
async function returned(
  people: People,
  sso: SingleSignOn,
  request: FastifyRequest,
  body: { code: string; state: string; iss?: string | undefined },
): Promise<Headers | BlotterError> {
  const query = { code: body.code, state: body.state, ...(body.iss === undefined ? {} : { iss: body.iss }) }
  const headers = people.headersOf(request)
  try {
    const work = (): Promise<Response> =>
      people.auth(request).api.callbackOAuth({ method: 'GET', params: { id: 'sso' }, query, headers, asResponse: true })
    const answer = await sso.from(originOf(request), work)
    const error = URL.parse(answer.headers.get('location') ?? '', 'http://localhost')?.searchParams.get('error')
    if (error === null && answer.headers.getSetCookie().length > 0) return answer.headers
    return signOnFailed(REASONS[error ?? ''] ?? `the library says ${error ?? 'nothing'}`)
  } catch (error) {
    if (error instanceof BlotterError) return error
    const refusal = refusalOf(error)
    if (!refusal) throw error
    return signOnFailed(refusal.code)
  }
}

const REASONS: Readonly<Record<string, string>> = {
  state_mismatch: 'it was not begun in this browser, or more than ten minutes ago',
  state_not_found: 'it was not begun in this browser',
  invalid_code: 'the issuer does not take its code back',
  issuer_mismatch: 'another issuer answers',
  unable_to_get_user_info: 'the issuer’s token does not check, or does not say an e-mail address that it has verified',
  signup_disabled: 'you were not added as a user here',
}

async function emailOf(people: People, request: FastifyRequest, answered: Headers): Promise<string> {
  const cookie = answered
    .getSetCookie()
    .map((one) => one.split(';', 1)[0]!)
    .join('; ')
  const found = await people.auth(request).api.getSession({ headers: new Headers({ cookie }) })
  if (found) return found.user.email
  throw signOnFailed('no session came of it')
}

function originOf({ protocol, host }: FastifyRequest): string {
  return `${protocol}://${host}`
}
