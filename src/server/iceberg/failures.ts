import type { FastifyInstance, FastifyReply } from 'fastify'
import type { ErrorCode } from '../../errors.ts'
import type { Log } from '../../log.ts'
import { facedFailure } from '../problem.ts'

/** The names that engines know errors by (Java's Iceberg: the names of its exceptions). */
const TYPES: Partial<Record<ErrorCode, string>> = {
  unauthorized: 'NotAuthorizedException',
  forbidden: 'ForbiddenException',
  table_missing: 'NoSuchTableException',
  namespace_missing: 'NoSuchNamespaceException',
  table_exists: 'AlreadyExistsException',
  namespace_exists: 'AlreadyExistsException',
  namespace_not_empty: 'NamespaceNotEmptyException',
  commit_conflict: 'CommitFailedException',
  unsupported: 'UnsupportedOperationException',
  lake_newer: 'UnsupportedOperationException',
}

const TYPE_OF_STATUS: Readonly<Record<number, string>> = {
  400: 'BadRequestException',
  403: 'ForbiddenException',
  404: 'NotFoundException',
  406: 'UnsupportedOperationException',
  421: 'BadRequestException',
  422: 'UnprocessableEntityException',
  429: 'TooManyRequestsException',
  503: 'ServiceUnavailableException',
}

/** Errors and unknown paths are answered by Iceberg's error model: `{"error": {message, type, code}}`. */
export function answerIcebergErrors(app: FastifyInstance, log: Log): void {
  app.setErrorHandler((error, request, reply) => {
    const { status, code, message, todo } = facedFailure(error, request, reply, log)
    const told = todo === undefined ? message : `${message} ${todo}`
    return sendError(reply, status, (code && TYPES[code]) ?? TYPE_OF_STATUS[status] ?? 'InternalServerError', told)
  })
  const unknown = 'This catalog has no such endpoint; /v1/config lists those it has.'
  app.setNotFoundHandler((_request, reply) => sendError(reply, 404, 'NotFoundException', unknown))
}

export function sendError(reply: FastifyReply, status: number, type: string, message: string): FastifyReply {
  return reply
    .status(status)
    .type('application/json')
    .send({ error: { message, type, code: status } })
}
