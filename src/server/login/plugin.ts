import type { FastifyInstance } from 'fastify'
import type { Described } from '../api/endpoint.ts'
import { enrolment } from './enrolment.ts'
import type { People } from './people.ts'
import { sessionState } from './session-state.ts'
import { signIn } from './sign-in.ts'

/** Everything about who is there: logins, sessions, users, tokens, the audit log. */
export function login(app: FastifyInstance, people: People): Described[] {
  return [sessionState(app, people), ...signIn(app, people), ...enrolment(app, people)]
}
