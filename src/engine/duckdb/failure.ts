import { asBlotterError, BlotterError, diskFull, interrupted } from '../../errors.ts'

const FULL = /No space left on device|Could not write all bytes|failed to offload data block/i
const EXHAUSTED = /^(?:Out of Memory Error|.*could not allocate block|.*failed to pin block)/i

/** Whether a query wanted more memory than the engine may take. */
export function isMemoryExhausted(error: unknown): boolean {
  return error instanceof Error && EXHAUSTED.test(error.message)
}

/** What DuckDB complained of, in Blotter's words. */
export function engineError(error: unknown, sql: string, spillFolder: string): unknown {
  if (error instanceof BlotterError || (error as { code?: unknown }).code === 'ENOSPC') return asBlotterError(error)
  // DuckDB throws bare errors; a kind or a code of its own is another part's.
  if (!(error instanceof Error) || error.constructor !== Error || 'code' in error) return error
  const { message } = error
  if (/^INTERRUPT/i.test(message)) return interrupted(error)
  if (FULL.test(message)) return diskFull(error, /offload/.test(message) ? spillFolder : /file "([^"]+)"/.exec(message)?.[1])
  if (isMemoryExhausted(error)) return memoryExhausted(message, error)
  return new BlotterError('query_failed', message, {
    todo: 'Correct the SQL; `blotter tables` lists what can be read.',
    context: { sql: sql.length > 2000 ? `${sql.slice(0, 2000)} …` : sql },
    cause: error,
  })
}

function memoryExhausted(message: string, cause: unknown): BlotterError {
  const [what] = message.split('\n', 1)
  return new BlotterError('memory_exhausted', `The engine's memory did not suffice. ${what} Nothing was changed.`, {
    todo: 'Grant more memory (`--memory 2GiB`, or `memory:` in the configuration).',
    cause,
  })
}
