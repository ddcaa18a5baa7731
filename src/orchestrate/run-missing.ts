import { BlotterError } from '../errors.ts'

export function runMissing(run: string): BlotterError {
  return new BlotterError('run_missing', `There is no run ${run}. Nothing was changed.`, {
    todo: '`blotter runs list` shows the runs that there are.',
    context: { run },
  })
}
