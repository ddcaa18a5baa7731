import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BlotterError, type ErrorCode } from '../../../src/errors.ts'
import type { RunContext } from '../../../src/pipeline/batch/context.ts'
import { stepFailure } from '../../../src/pipeline/steps/failure.ts'

const context = { folder: '/lake/.blotter/runs/r1' } as RunContext
const failed = (message: string): BlotterError => new BlotterError('query_failed', message, { todo: 'Correct the SQL.' })
const codeOf = (error: unknown): ErrorCode | undefined => (stepFailure('land', context, error) as BlotterError).code

test('a step that misses what an earlier step left says so, whoever misses it', () => {
  assert.equal(
    codeOf(failed(`IO Error: No files found that match the pattern "${context.folder}/check/good.parquet"`)),
    'staged_lost',
  )
  assert.equal(
    codeOf(Object.assign(new Error('ENOENT'), { code: 'ENOENT', path: `${context.folder}/staged/raw.json` })),
    'staged_lost',
  )
})

test('a file of the lake that cannot be read is damage of the lake', () => {
  assert.equal(
    codeOf(failed(`Invalid Input Error: No magic bytes found at end of file '/lake/raw/x.parquet'`)),
    'lake_damaged',
  )
})

test('a folder that cannot be written is told as such, whoever met it', () => {
  assert.equal(codeOf(Object.assign(new Error('EROFS'), { code: 'EROFS', path: '/lake/raw' })), 'lake_unwritable')
  assert.equal(codeOf(failed('IO Error: Cannot open file "/lake/x": Read-only file system')), 'lake_unwritable')
})

test('what else the engine complains of is no fault of the one who started the run', () => {
  const error = stepFailure('land', context, failed('Binder Error: column "x" not found')) as BlotterError
  assert.equal(error.code, 'internal')
  assert.match(error.message, /Step land .*column "x"[^]*Nothing was committed/)
  assert.doesNotMatch(error.todo, /Correct the SQL/)
})

test('any other failure stays what it is', () => {
  const refused = new BlotterError('source_refused', 'No.', { todo: 'Ask.' })
  assert.equal(stepFailure('extract', context, refused), refused)
})
