import type { Twin } from '../../charts/chart-shell.tsx'
import type { Mark, Measure } from '../../charts/mark.ts'
import { count, percent, signed } from '../../format.ts'

/** The numbers of a chart’s marks as a table. */
export function twinOf(dimension: string, marks: readonly Mark[], measure: Measure): Twin {
  const isCompared = marks.some((mark) => mark.compared)
  const hasChange = marks.some((mark) => mark.since_batch !== undefined)
  return {
    columns: [
      dimension,
      measure.value,
      `all ${measure.base}`,
      'share',
      ...(isCompared ? ['compared period', 'change'] : []),
      ...(hasChange ? ['since the compared batch'] : []),
    ],
    rows: marks.map(({ label, value, base, share, compared, since_batch: since }) => [
      label,
      count(value),
      count(base),
      percent(share),
      ...(isCompared ? [count(compared?.value ?? 0), compared ? signed(compared.now - compared.value) : ''] : []),
      ...(hasChange ? [signed(since ?? 0)] : []),
    ]),
  }
}
