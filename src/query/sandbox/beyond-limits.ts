import { BlotterError } from '../../errors.ts'
import type { QueryLimits } from './protocol.ts'

const ADVICE = 'Narrow it with `where`, `group by` or `limit`; `blotter query` has no such limit.'

type Limit = 'time' | 'memory' | 'rows' | 'size'

function beyond(limit: Limit, message: string): BlotterError {
  return new BlotterError('query_beyond_limits', message, { todo: ADVICE, context: { limit } })
}

export function beyondTime({ timeMs }: QueryLimits): BlotterError {
  return beyond('time', `The query was ended: it took longer than ${timeMs / 1000} seconds.`)
}

export function beyondMemory({ memoryBytes }: QueryLimits): BlotterError {
  return beyond(
    'memory',
    `The query was ended: it wants more than the ${memoryBytes >> 20} MiB of memory that one may take.`,
  )
}

export function beyondRows({ rows }: QueryLimits): BlotterError {
  return beyond('rows', `The result has more than ${rows.toLocaleString('en')} rows. No file was made of it.`)
}

export function beyondSize({ resultBytes }: QueryLimits): BlotterError {
  return beyond('size', `The result is larger than ${resultBytes >> 20} MiB. No file was made of it.`)
}
