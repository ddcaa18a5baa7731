import { BlotterError } from '../../errors.ts'
import { unreadable, unreadableFile } from '../../lake/read/damage.ts'
import type { RunContext } from '../batch/context.ts'

/**
 * What a step failed with, in words for the one who started the run: the engine's complaints are about SQL that nobody
 * typed, and mean that a file is gone, or that there is a fault in Blotter or in the pipeline.
 */
export function stepFailure(step: string, context: RunContext, error: unknown): unknown {
  const { code, path } = (error ?? {}) as { code?: unknown; path?: unknown }
  const unwritable = (typeof code === 'string' && UNWRITABLE.test(code)) || UNWRITABLE.test(engineSaid(error))
  if (unwritable) return lakeUnwritable(step, typeof path === 'string' ? path : '', error as Error)
  const missing = code === 'ENOENT' && typeof path === 'string' ? path : unreadableFile(error)
  if (missing?.startsWith(`${context.folder}/`)) return stagedLost(step, missing, error)
  if (!(error instanceof BlotterError) || error.code !== 'query_failed') return error
  if (missing !== undefined) return unreadable(missing, error)
  const message = `Step ${step} failed in the engine: ${error.message}\nNothing was committed; the lake is as it was before.`
  return new BlotterError('internal', message, {
    todo: 'Run the command again with `--debug` and report what it prints.',
    context: { step },
    cause: error,
  })
}

const UNWRITABLE = /^(?:EACCES|EPERM|EROFS|EDQUOT)$|Permission denied|Read-only file system/

function engineSaid(error: unknown): string {
  return error instanceof BlotterError && error.code === 'query_failed' ? error.message : ''
}

function lakeUnwritable(step: string, path: string, error: Error): BlotterError {
  const what = path === '' ? error.message.split('\n', 1)[0]! : `${path} cannot be written`
  return new BlotterError('lake_unwritable', `Step ${step} failed: ${what.replace(/\.$/, '')}. Nothing was committed.`, {
    todo: 'Let this user read and write in the folders of the lake and of its state, then run `blotter run` again.',
    context: { step, path },
    cause: error,
  })
}

function stagedLost(step: string, file: string, cause: unknown): BlotterError {
  const message = `Step ${step} needs ${file} of an earlier step, which is gone or damaged. Nothing was committed.`
  return new BlotterError('staged_lost', message, {
    todo: 'Run `blotter run` again: it reads the source anew.',
    context: { step, file },
    cause,
  })
}
