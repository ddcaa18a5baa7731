import type { Mark } from '../figures.ts'

/** A mark whose numbers may be withheld: null then. */
export interface PublicMark extends Omit<Mark, 'value' | 'base'> {
  value: number | null
  base: number | null
}

/**
 * Withholds numbers below a limit, so that nobody is recognised in them; zero says nothing of anybody and stays. Where one
 * value alone would be withheld, the next smallest is too: else the total would give it away. What is made of a withheld
 * number goes with it.
 */
export function suppressSmall(marks: readonly Mark[], below: number): PublicMark[] {
  const isSmall = (n: number): boolean => n > 0 && n < below
  const withheld = new Set(marks.filter(({ value, base }) => isSmall(value) || isSmall(base - value)))
  const [next] = marks.filter((mark) => mark.value > 0 && !withheld.has(mark)).sort((a, b) => a.value - b.value)
  if (withheld.size === 1 && next) withheld.add(next)
  return marks.map((mark) => {
    if (!withheld.has(mark)) return mark
    const { key, label } = mark
    return {
      key,
      ...(label === undefined ? {} : { label }),
      value: null,
      base: isSmall(mark.base) ? null : mark.base,
      share: null,
    }
  })
}
