import type { StagedType } from '../source/source.ts'
import { blankText, type Cell, isPresent, type Reading } from './reading.ts'

/** Yes and no in the words that exports use: true/false, t/f, yes/no, y/n, 1/0, in any case. Nothing else: 2 is no yes. */
export function readBoolean(staged: StagedType, cell: Cell): Reading {
  const { found } = cell
  if (staged === 'boolean') return { value: found, repairs: {} }
  if (staged === 'text') {
    const text = `lower(trim(${found}))`
    return {
      value: `CASE WHEN ${text} IN ('true', 't', 'yes', 'y', '1', '1.0') THEN true
        WHEN ${text} IN ('false', 'f', 'no', 'n', '0', '0.0') THEN false END`,
      present: isPresent(staged, cell),
      rule: 'bad_type',
      repairs: { ...blankText(cell), decimal_dropped: `contains(${found}, '.')` },
    }
  }
  const whole = { value: `CASE ${found} WHEN 1 THEN true WHEN 0 THEN false END`, rule: 'bad_type' as const }
  if (staged === 'long') return { ...whole, present: isPresent(staged, cell), repairs: {} }
  return {
    ...whole,
    present: `${found} IS NOT NULL AND NOT isnan(${found})`,
    repairs: { nan_dropped: `isnan(${found})`, decimal_dropped: `isfinite(${found})` },
  }
}
