import { BlotterError, type ErrorCode } from '../errors.ts'

/** What a failure is in HTTP's words; codes that are not here are the server's own fault. */
const STATUS: Partial<Record<ErrorCode, number>> = {
  usage: 400,
  query_refused: 400,
  query_failed: 400,
  saved_query_invalid: 400,
  citation_refused: 400,
  commit_refused: 400,
  unauthorized: 401,
  forbidden: 403,
  csrf: 403,
  confirmation_needed: 403,
  link_refused: 403,
  too_many_attempts: 429,
  batch_missing: 404,
  incident_missing: 404,
  dashboard_missing: 404,
  run_missing: 404,
  user_missing: 404,
  token_missing: 404,
  lake_missing: 404,
  table_missing: 404,
  namespace_missing: 404,
  unsupported: 406,
  lake_newer: 406,
  query_missing: 404,
  saved_query_missing: 404,
  citation_missing: 404,
  query_cancelled: 409,
  user_exists: 409,
  token_exists: 409,
  table_exists: 409,
  namespace_exists: 409,
  namespace_not_empty: 409,
  commit_conflict: 409,
  batch_older: 409,
  run_held: 409,
  query_beyond_limits: 422,
  query_crashed: 422,
  queries_full: 429,
  server_ending: 503,
  disk_full: 503,
  run_locked: 503,
  state_locked: 503,
  lake_unwritable: 503,
  vault_key: 503,
  memory_exhausted: 503,
}

/** An error as an answer: its status, and what may be told of it. */
export interface Failure {
  status: number
  /** Of `errors.ts`; undefined where HTTP itself was spoken wrong. */
  code: ErrorCode | undefined
  message: string
  todo: string | undefined
  /** Where in a statement it went wrong: its line and column, from 1. */
  place?: { line: number; column: number } | undefined
}

/** What is told of an error to whoever asked; of unforeseen ones nothing is, since they may hold anything. */
export function failureOf(error: unknown): Failure {
  if (error instanceof BlotterError) {
    const status = error.context['misdirected'] === true ? 421 : (STATUS[error.code] ?? 500)
    const { code, message, todo } = error
    if (code !== 'internal') return { status, code, message, todo, place: placeIn(error) }
  }
  const { statusCode, message } = (error ?? {}) as { statusCode?: number; message?: string }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return { status: statusCode, code: undefined, message: message ?? 'The request cannot be understood.', todo: undefined }
  }
  return {
    status: 500,
    code: 'internal',
    message: 'Something unforeseen failed.',
    todo: 'The log of `blotter serve --debug` tells more.',
  }
}

function placeIn({ context: { line, column } }: BlotterError): Failure['place'] {
  return typeof line === 'number' && typeof column === 'number' ? { line, column } : undefined
}
