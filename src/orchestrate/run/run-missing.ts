import { BlotterError } from '../../errors.ts'

/** The error for a run that is not on record; without a name, for there being none at all. */
export function runMissing(run?: string): BlotterError {
  return new BlotterError('run_missing', `There is no run ${run ?? 'yet'}. Nothing was changed.`, {
    todo: run === undefined ? '`blotter run` begins one.' : '`blotter runs list` shows the runs that there are.',
    context: run === undefined ? {} : { run },
  })
}
