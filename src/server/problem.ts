import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { STATUS_CODES } from 'node:http'
import { BlotterError } from '../errors.ts'
import type { Log } from '../log.ts'
import { type Failure, failureOf } from './status.ts'

/** A problem document (RFC 9457), with Blotter's code and what to do. */
export interface Problem {
  type: string
  title: string
  status: number
  detail: string
  code?: string | undefined
  todo?: string | undefined
  /** Of a mistake in a statement, from 1. */
  line?: number
  column?: number
}

export const PROBLEM_TYPE = 'application/problem+json'

/** Errors and unknown paths are answered by problem documents. */
export function answerProblems(app: FastifyInstance, log: Log): void {
  app.setErrorHandler((error, request, reply) => sendProblem(error, request, reply, log))
  app.setNotFoundHandler((_request, reply) =>
    send(reply, { type: 'about:blank', title: 'Not Found', status: 404, detail: 'There is nothing here.' }),
  )
}

/** What the framework cannot even route: an address that is too long, or that is none. Nothing else has looked at it then. */
export function answerUnroutable(_error: unknown, _request: FastifyRequest, reply: FastifyReply): void {
  const detail = 'The address cannot be read: a part of it is longer than any name, or wrongly encoded.'
  send(reply, { type: 'about:blank', title: 'Bad Request', status: 400, detail })
}

/** What is to be told of an error, with the headers that belong to it; the log has what is not told. */
export function facedFailure(error: unknown, request: FastifyRequest, reply: FastifyReply, log: Log): Failure {
  const failure = failureOf(error)
  const { status, code } = failure
  const path = request.routeOptions.url
  if (status >= 500 && code !== 'server_ending')
    log.error({ path, error: String(error), stack: (error as Error).stack }, 'failed')
  if (status === 403) log.warn({ path, code, who: request.bearer?.name, address: request.ip }, 'refused')
  if (status === 401) reply.header('www-authenticate', 'Bearer realm="blotter"')
  const wait = error instanceof BlotterError ? error.context['retry_after_seconds'] : undefined
  if (wait !== undefined) reply.header('retry-after', String(wait))
  return failure
}

function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply, log: Log): FastifyReply {
  const { status, code, message, todo, place } = facedFailure(error, request, reply, log)
  const type = code === undefined ? 'about:blank' : `urn:blotter:error:${code}`
  return send(reply, { type, title: STATUS_CODES[status] ?? 'Error', status, detail: message, code, todo, ...place })
}

function send(reply: FastifyReply, problem: Problem): FastifyReply {
  return reply
    .status(problem.status)
    .header('cache-control', 'no-store')
    .type(PROBLEM_TYPE)
    .serializer(JSON.stringify)
    .send(problem)
}
