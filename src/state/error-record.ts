import { BlotterError, type ErrorCode, type ErrorContext, ERRORS } from '../errors.ts'
import { redaction } from '../log/redaction.ts'

/**
 * An error as it is stored and shown: without credentials, and without its stack, which names folders and means nothing to
 * the next process.
 */
export interface ErrorRecord {
  code: string
  message: string
  todo: string
  context: ErrorContext
}

export function errorRecord(error: BlotterError): ErrorRecord {
  const { code, message, todo, context } = error
  return redaction.document({ code, message, todo, context })
}

/** The error that was stored; a code that this version does not know becomes `internal`. */
export function recordedError(record: ErrorRecord): BlotterError {
  const code = Object.hasOwn(ERRORS, record.code) ? (record.code as ErrorCode) : 'internal'
  return new BlotterError(code, record.message, { todo: record.todo, context: record.context })
}
