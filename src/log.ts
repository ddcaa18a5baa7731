import { pino, type DestinationStream } from 'pino'
import { redaction } from './log/redaction.ts'

export type LogFields = Readonly<Record<string, unknown>>

/** A line of JSON an event (pino's shape), for machines and for nights; what people read is printed by the command line. */
export interface Log {
  debug(fields: LogFields, message: string): void
  info(fields: LogFields, message: string): void
  warn(fields: LogFields, message: string): void
  error(fields: LogFields, message: string): void
  /** The same log with fields that every line bears. */
  child(fields: LogFields): Log
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

/** Names under which a credential could arrive by mistake; their values are never written. */
const CREDENTIALS = ['password', 'pass', 'secret', 'token', 'authorization', 'cookie', 'webhook']

/**
 * A log into a stream; on the command line that is stderr, so that stdout stays one document. Credentials are taken out by
 * the names that they would bear and by their values.
 */
export function createLog(level: LogLevel, destination: DestinationStream): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: CREDENTIALS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '…' },
    },
    { write: (line) => destination.write(redaction.text(line)) },
  )
}

const nothing = (): void => {}

/** Writes nothing; what is used where nobody listens. */
export const silentLog: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing, child: () => silentLog }
