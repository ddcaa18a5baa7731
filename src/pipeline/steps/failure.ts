import { BlotterError } from '../../errors.ts'
import { unreadable, unreadableFile } from '../../lake/damage.ts'
import type { RunContext } from '../context.ts'

/**
 * What a step failed with, in words for the one who started the run: the engine's complaints are about SQL that nobody
 * typed, and mean that a file is gone, or that there is a fault in Blotter or in the pipeline.
 */
export function stepFailure(step: string, context: RunContext, error: unknown): unknown {
  const { code, path } = (error ?? {}) as { code?: unknown; path?: unknown }
  const missing = code === 'ENOENT' && typeof path === 'string' ? path : unreadableFile(error)
  if (missing?.startsWith(`${context.folder}/`)) return stagedLost(step, missing, error)
  if (!(error instanceof BlotterError) || error.code !== 'query_failed') return error
  if (missing !== undefined) return unreadable(missing, error)
  const message = `Step ${step} failed in the engine: ${error.message}\nNothing was committed; the lake is as it was before.`
  return new BlotterError('internal', message, {
    todo: 'Report this with the output of `blotter runs show`. If the pipeline’s own SQL was changed, look there first.',
    context: { ...error.context, step },
    cause: error,
  })
}

function stagedLost(step: string, file: string, cause: unknown): BlotterError {
  const message = `Step ${step} needs ${file}, which an earlier step left and which is gone or damaged. Nothing was committed.`
  return new BlotterError('staged_lost', message, {
    todo: 'Run `blotter run` again: it reads the source anew.',
    context: { step, file },
    cause,
  })
}
