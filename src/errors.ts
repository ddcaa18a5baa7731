/**
 * What a person can do about an error, which is also what the runner does: `retry` errors are tried again with backoff,
 * all others end the run.
 */
export type Remedy = 'retry' | 'fix-source' | 'fix-configuration' | 'fix-usage' | 'fix-machine' | 'decide' | 'report'

/** Every error that Blotter raises on purpose: its code, its exit code and its remedy (docs/errors.md). */
export const ERRORS = {
  usage: { exit: 2, remedy: 'fix-usage' },
  config_invalid: { exit: 2, remedy: 'fix-configuration' },
  pipeline_invalid: { exit: 2, remedy: 'fix-configuration' },
  source_url_invalid: { exit: 2, remedy: 'fix-usage' },
  source_unreachable: { exit: 1, remedy: 'retry' },
  source_refused: { exit: 1, remedy: 'fix-configuration' },
  source_lost: { exit: 1, remedy: 'retry' },
  source_table_missing: { exit: 1, remedy: 'fix-configuration' },
  source_column_missing: { exit: 2, remedy: 'fix-configuration' },
  source_column_ambiguous: { exit: 2, remedy: 'fix-configuration' },
  source_column_type: { exit: 2, remedy: 'fix-configuration' },
  source_key_missing: { exit: 1, remedy: 'fix-source' },
  source_file_missing: { exit: 1, remedy: 'fix-usage' },
  source_file_unreadable: { exit: 1, remedy: 'fix-source' },
  source_answer_unreadable: { exit: 1, remedy: 'retry' },
  source_changed: { exit: 1, remedy: 'retry' },
  rows_disagree: { exit: 1, remedy: 'report' },
  lake_unwritable: { exit: 1, remedy: 'fix-machine' },
  lake_missing: { exit: 1, remedy: 'fix-usage' },
  lake_newer: { exit: 1, remedy: 'fix-machine' },
  lake_damaged: { exit: 1, remedy: 'report' },
  lake_moved: { exit: 1, remedy: 'fix-configuration' },
  aws_refused: { exit: 1, remedy: 'fix-configuration' },
  aws_unreachable: { exit: 1, remedy: 'retry' },
  disk_full: { exit: 1, remedy: 'fix-machine' },
  staged_lost: { exit: 1, remedy: 'fix-machine' },
  memory_exhausted: { exit: 1, remedy: 'fix-machine' },
  commit_refused: { exit: 1, remedy: 'fix-usage' },
  table_missing: { exit: 1, remedy: 'fix-usage' },
  table_exists: { exit: 1, remedy: 'fix-usage' },
  namespace_missing: { exit: 1, remedy: 'fix-usage' },
  namespace_exists: { exit: 1, remedy: 'fix-usage' },
  namespace_not_empty: { exit: 1, remedy: 'fix-usage' },
  unauthorized: { exit: 1, remedy: 'fix-configuration' },
  forbidden: { exit: 1, remedy: 'fix-configuration' },
  csrf: { exit: 1, remedy: 'retry' },
  confirmation_needed: { exit: 1, remedy: 'decide' },
  too_many_attempts: { exit: 1, remedy: 'retry' },
  link_refused: { exit: 1, remedy: 'fix-usage' },
  server_ending: { exit: 1, remedy: 'retry' },
  address_unusable: { exit: 1, remedy: 'fix-configuration' },
  commit_conflict: { exit: 1, remedy: 'retry' },
  run_locked: { exit: 1, remedy: 'retry' },
  run_held: { exit: 3, remedy: 'decide' },
  run_missing: { exit: 2, remedy: 'fix-usage' },
  batch_missing: { exit: 2, remedy: 'fix-usage' },
  token_exists: { exit: 2, remedy: 'fix-usage' },
  user_exists: { exit: 2, remedy: 'fix-usage' },
  user_missing: { exit: 2, remedy: 'fix-usage' },
  token_missing: { exit: 2, remedy: 'fix-usage' },
  incident_missing: { exit: 1, remedy: 'fix-usage' },
  dashboard_missing: { exit: 1, remedy: 'fix-usage' },
  dashboard_invalid: { exit: 2, remedy: 'fix-configuration' },
  batch_older: { exit: 2, remedy: 'fix-usage' },
  query_failed: { exit: 1, remedy: 'fix-usage' },
  query_refused: { exit: 2, remedy: 'fix-usage' },
  query_beyond_limits: { exit: 1, remedy: 'fix-usage' },
  query_crashed: { exit: 1, remedy: 'fix-usage' },
  query_cancelled: { exit: 1, remedy: 'fix-usage' },
  query_missing: { exit: 2, remedy: 'fix-usage' },
  queries_full: { exit: 1, remedy: 'retry' },
  saved_query_missing: { exit: 2, remedy: 'fix-usage' },
  saved_query_invalid: { exit: 2, remedy: 'fix-usage' },
  citation_missing: { exit: 2, remedy: 'fix-usage' },
  citation_refused: { exit: 2, remedy: 'fix-usage' },
  output_unwritable: { exit: 1, remedy: 'fix-usage' },
  unsupported: { exit: 1, remedy: 'fix-configuration' },
  spark_missing: { exit: 1, remedy: 'fix-machine' },
  spark_unreachable: { exit: 1, remedy: 'fix-machine' },
  spark_failed: { exit: 1, remedy: 'report' },
  run_terminated: { exit: 1, remedy: 'decide' },
  state_damaged: { exit: 1, remedy: 'fix-machine' },
  state_locked: { exit: 1, remedy: 'retry' },
  state_newer: { exit: 1, remedy: 'fix-machine' },
  step_timeout: { exit: 1, remedy: 'retry' },
  step_stuck: { exit: 1, remedy: 'report' },
  step_unproven: { exit: 1, remedy: 'report' },
  lease_lost: { exit: 1, remedy: 'fix-machine' },
  secret_missing: { exit: 2, remedy: 'fix-configuration' },
  secret_store_refused: { exit: 1, remedy: 'fix-configuration' },
  secret_store_unreachable: { exit: 1, remedy: 'retry' },
  vault_key: { exit: 2, remedy: 'fix-configuration' },
  vault_damaged: { exit: 1, remedy: 'fix-machine' },
  rotation_failed: { exit: 1, remedy: 'fix-configuration' },
  rotation_running: { exit: 1, remedy: 'retry' },
  alert_unreachable: { exit: 1, remedy: 'retry' },
  alert_refused: { exit: 1, remedy: 'fix-configuration' },
  interrupted: { exit: 130, remedy: 'retry' },
  internal: { exit: 1, remedy: 'report' },
} as const satisfies Record<string, { exit: number; remedy: Remedy }>

export type ErrorCode = keyof typeof ERRORS

/** What an error knows beside its message; values are printable and never hold a credential. */
export type ErrorContext = Record<string, string | number | boolean | readonly string[] | null>

/**
 * An error that says what failed, what was expected and found, what state is left and what to do.
 * `todo` is the next step for the person, one or two sentences, without a full stop left off.
 */
export class BlotterError extends Error {
  readonly code: ErrorCode
  readonly todo: string
  readonly context: ErrorContext

  constructor(code: ErrorCode, message: string, details: { todo: string; context?: ErrorContext; cause?: unknown }) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'BlotterError'
    this.code = code
    this.todo = details.todo
    this.context = details.context ?? {}
  }

  get exitCode(): number {
    return ERRORS[this.code].exit
  }

  get remedy(): Remedy {
    return ERRORS[this.code].remedy
  }
}

/** The error as it is: a BlotterError unchanged, anything else wrapped as `internal` with its message kept. */
export function asBlotterError(error: unknown): BlotterError {
  if (error instanceof BlotterError) return error
  // What failed first counts, not what failed when things were put away after it.
  if (error instanceof SuppressedError) return asBlotterError(error.suppressed)
  if (error instanceof Error && error.name === 'AbortError') return interrupted(error)
  const { code, path } = (error ?? {}) as { code?: unknown; path?: unknown }
  if (code === 'ENOSPC') return diskFull(error, typeof path === 'string' ? path : undefined)
  const message = error instanceof Error ? error.message : String(error)
  if (typeof path === 'string' && (code === 'EROFS' || code === 'EACCES')) return unwritable(path, message, error)
  return new BlotterError('internal', `Something unforeseen failed: ${message}`, {
    todo: 'Run the command again with `--debug` and report what it prints. Nothing half-done is visible in the lake.',
    cause: error,
  })
}

export function interrupted(cause?: unknown): BlotterError {
  return new BlotterError('interrupted', 'Interrupted. Nothing was committed; the lake is as it was before.', {
    todo: 'Run `blotter run` again: it goes on under the same batch.',
    cause,
  })
}

function unwritable(path: string, said: string, cause: unknown): BlotterError {
  return new BlotterError('lake_unwritable', `${path} cannot be used: ${said}. Nothing was committed.`, {
    todo: 'Give the folder and its files to the user who runs Blotter, or name another one.',
    context: { path },
    cause,
  })
}

/** `where` is the file or folder whose disk it is. */
export function diskFull(cause: unknown, where?: string): BlotterError {
  const disk = where === undefined ? 'The disk' : `The disk of ${where}`
  return new BlotterError('disk_full', `${disk} is full. Nothing was committed; the lake is as it was before.`, {
    todo: 'Free some space (`blotter doctor` says how much is needed where), then run `blotter run` again.',
    context: where === undefined ? {} : { place: where },
    cause,
  })
}

/** For a folder that a command was to write into; a full disk is told as one. */
export function folderUnwritable(folder: string, cause: unknown): BlotterError {
  const { code, message } = cause as NodeJS.ErrnoException
  if (code === 'ENOSPC') return diskFull(cause, folder)
  return new BlotterError('output_unwritable', `${folder} cannot be written: ${message}.`, {
    todo: 'Name a folder that this user can make, or write to.',
    context: { folder },
    cause,
  })
}

/** For what cannot happen unless Blotter itself is wrong; says which assumption did not hold. */
export function impossible(what: string): BlotterError {
  return new BlotterError('internal', `Something that cannot be: ${what}. Nothing was committed.`, {
    todo: 'Report it with what the command prints with `--debug`.',
  })
}
