import type { FastifyInstance } from 'fastify'
import { recordAct } from '../state/identity/audit.ts'
import type { People } from './login/people.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the log calls a request that was granted; logins, users and tokens are noted where they are made. */
    act?: string
  }
}

/** Notes what operators, and tokens that may do as much, have done: the request that was granted, whatever comes of it. */
export function noteActs(app: FastifyInstance, people: People): void {
  // Whoever goes away before the answer has done it all the same.
  app.addHook('onSend', async ({ routeOptions: { config }, method, params, bearer, person, ip }, { statusCode }) => {
    const isAct = config?.role === 'operator' && method !== 'GET' && method !== 'HEAD' && statusCode < 400
    if (!isAct || !bearer || config.act === undefined) return
    const subject = Object.values(params as Record<string, string>).join(' ') || 'newest'
    const details = { address: ip, by: person ? 'session' : 'token' }
    recordAct(people.identity(), { actor: bearer.name, act: snake(config.act), subject, details })
  })
}

function snake(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
