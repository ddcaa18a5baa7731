import type { FastifyInstance, FastifyRequest } from 'fastify'
import { BlotterError } from '../errors.ts'
import type { Bearer, Scope } from '../model/scope.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** True for the few answers that are for everybody. */
    open?: boolean
    /** What the token of every request must grant; others may be asked for by the route itself. */
    scope?: Scope
  }
  interface FastifyRequest {
    /** Null on open routes alone. */
    bearer: Bearer | null
  }
}

/**
 * Lets only those in who show a token: everybody else gets `unauthorized` before a body is read, and for paths that do not
 * exist too, so that a stranger learns nothing. Call it before routes are added.
 */
export function authenticate(app: FastifyInstance, bearerOf: (token: string) => Bearer | undefined): void {
  app.decorateRequest('bearer', null)
  app.addHook('onRequest', async (request) => {
    const { config } = request.routeOptions
    if (config?.open) return
    const token = /^Bearer +([\w.~+/-]+=*) *$/i.exec(request.headers.authorization ?? '')?.[1]
    request.bearer = (token === undefined ? undefined : bearerOf(token)) ?? null
    if (!request.bearer) throw stranger(token !== undefined)
    if (config?.scope) requireScope(request, config.scope)
  })
}

/** Throws `forbidden` naming the scope that the request's token lacks. */
export function requireScope({ bearer }: FastifyRequest, scope: Scope): void {
  if (bearer?.scopes.includes(scope)) return
  throw new BlotterError(
    'forbidden',
    `The token ${bearer?.name ?? ''} lacks the scope ${scope}, which this needs. Nothing was changed.`,
    {
      todo: `Make one that has it: \`blotter token add NAME --scope ${scope}\`.`,
      context: { scope },
    },
  )
}

function stranger(showedToken: boolean): BlotterError {
  const message = showedToken ? 'The token is unknown, expired or revoked.' : 'This needs a token.'
  return new BlotterError('unauthorized', message, {
    todo: 'Make one with `blotter token add NAME --scope …`, and send it as `Authorization: Bearer TOKEN`.',
  })
}
