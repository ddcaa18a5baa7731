import type { Citation } from '../../src/history/citations.ts'
import type { CitingPort } from '../../src/cli/port/citing.ts'

export const CITATION: Citation = {
  citation: '4f0c2a9b7d1e6358',
  query: 'select count(*) as n\nfrom raw.crimes',
  batch_at: '2026-11-23T06:00:00Z',
  refs: {},
  columns: [{ name: 'n', type: 'BIGINT' }],
  rows: 1,
  sha256: 'a'.repeat(64),
  code_version: '0.1.0+abc',
  cited_at: '2026-11-23T07:00:00.000Z',
  cited_by: 'somebody',
  result: ['{"n":300412}'],
}

/** Citations of a lake that has one, and whose result is still the same. */
export function fakeCitations(answer: <T>(name: string, value: T) => (...args: unknown[]) => Promise<T>): CitingPort {
  const { citation, batch_at, rows, sha256 } = CITATION
  const told = { rows, sha256 }
  const check = { citation, is_same: true, batch_at, expected: told, found: told, within_rounding: false }
  return {
    cite: answer('cite', CITATION),
    citeCheck: answer('citeCheck', check),
    citeList: answer('citeList', [CITATION]),
    citeRemove: answer('citeRemove', CITATION),
  }
}
