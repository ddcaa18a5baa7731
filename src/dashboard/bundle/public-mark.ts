import type { Mark } from '../figures.ts'
import type { Withheld } from './protect.ts'

/** A mark as it may be shown: null where its numbers are withheld. */
export interface PublicMark {
  key: string
  label: string
  value: number | null
  base: number | null
  share: number | null
}

/** What things are called: `without arrest`, `incidents`. */
export interface Words {
  value: string
  base: string
}

/**
 * The marks without what is withheld, and with labels for people; undefined where nothing is to be said. What is withheld
 * comes last by its label, since its place among others would tell between which numbers it lies.
 */
export function publicMarks(
  marks: readonly Mark[],
  withheld: Withheld,
  labelOf: (key: string, told?: string) => string,
  { isInOrder }: { isInOrder: boolean },
): PublicMark[] | undefined {
  if (withheld === 'all') return undefined
  const told = marks.map(({ key, label, value, base, share }): PublicMark => {
    const known = { key, label: labelOf(key, label) }
    return withheld.has(key) ? { ...known, value: null, base: null, share: null } : { ...known, value, base, share }
  })
  if (isInOrder) return told
  const last = told.filter(({ value }) => value === null).sort((a, b) => (a.label < b.label ? -1 : 1))
  return [...told.filter(({ value }) => value !== null), ...last]
}
