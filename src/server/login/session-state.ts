import type { FastifyInstance } from 'fastify'
import { addEndpoint, type Described, none } from '../api/endpoint.ts'
import { CONFIRMED_MS } from '../authentication.ts'
import type { People } from './people.ts'
import { session } from './shapes.ts'

/** Who is there, for pages to begin with: a stranger is told as much as the login page needs. */
export function sessionState(app: FastifyInstance, people: People): Described {
  return addEndpoint(app, {
    path: '/v1/session',
    name: 'getSession',
    summary: 'Who is signed in, and what their requests have to bear',
    open: true,
    parameters: none,
    query: none,
    answer: session,
    handle: async (_asked, request, reply) => {
      const person = await people.personOf(request)
      const told = {
        user: person ? { id: person.id, email: person.email, name: person.name, role: person.role } : null,
        first_user: person === undefined && !people.hasUsers(),
        single_sign_on: people.sso ? { name: people.sso.config.name } : null,
      }
      if (!person) return reply.send(told)
      const { factor, confirmedAt, expiresAt } = person.session
      const confirmed = new Date(confirmedAt.getTime() + CONFIRMED_MS).toISOString()
      return reply.send({
        ...told,
        csrf: person.csrf,
        factor,
        confirmed_until: confirmed,
        expires_at: expiresAt.toISOString(),
      })
    },
  })
}
