import type { FastifyInstance } from 'fastify'
import type { Described } from '../api/endpoint.ts'
import { account } from './account.ts'
import { administration } from './administration.ts'
import { enrolment } from './enrolment.ts'
import { passkeyRoutes } from './passkey-routes.ts'
import type { People } from './people.ts'
import { sessionState } from './session-state.ts'
import { signOnRoutes } from './sign-on-routes.ts'
import { signIn } from './sign-in.ts'

/** Everything about who is there: logins, sessions, users, tokens, the audit log. */
export function login(app: FastifyInstance, people: People): Described[] {
  return [
    sessionState(app, people),
    ...signIn(app, people),
    ...passkeyRoutes(app, people),
    ...(people.sso ? signOnRoutes(app, people, people.sso) : []),
    ...enrolment(app, people),
    ...account(app, people),
    ...administration(app, people),
  ]
}
