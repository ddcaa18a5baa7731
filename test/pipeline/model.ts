import fc from 'fast-check'
import { COLUMNS, type Incident } from './city.ts'

/** A city's incidents by id, as the tests keep them by hand. */
export type Model = Map<number, Incident>

const stamp = (day: number, n: number): string =>
  `2026-01-${String(day + 1).padStart(2, '0')} 15:40:${String(n % 60).padStart(2, '0')}`

export const incident = (id: number, day: number): Incident => ({
  id,
  date: `2025-12-${String((id % 28) + 1).padStart(2, '0')} 12:${String(id % 60).padStart(2, '0')}:00`,
  primary_type: ['THEFT', 'BATTERY', 'CRIM SEXUAL ASSAULT'][id % 3]!,
  description: 'SIMPLE',
  block: `${id % 10}00XX W ADAMS ST`,
  location_description: 'STREET',
  arrest: id % 4 === 0 ? 'true' : 'false',
  updated_on: stamp(day, id),
})

export const edit = fc.record({
  id: fc.integer({ min: 1, max: 40 }),
  what: fc.constantFrom('insert', 'vanish', 'arrest', 'withdraw', 'reclassify', 'move', 'amend', 'restamp', 'silent'),
})
export type Edit = { id: number; what: string }

/** What an edit does to the source; `silent` leaves the cursor alone, so that only a full batch sees it. */
export function apply(model: Model, { id, what }: Edit, day: number, n: number): void {
  const old = model.get(id)
  if (what === 'insert') {
    if (!old) model.set(id, incident(id, day))
    return
  }
  if (!old) return
  if (what === 'vanish') {
    model.delete(id)
    return
  }
  const next = { ...old, updated_on: what === 'silent' ? old.updated_on : stamp(day, n + 7) }
  if (what === 'arrest') next.arrest = 'true'
  if (what === 'withdraw') next.arrest = n % 2 ? 'false' : ''
  if (what === 'reclassify') next.primary_type = next.primary_type === 'ROBBERY' ? 'THEFT' : 'ROBBERY'
  if (what === 'move') next.block = `${n}9XX S STATE ST`
  if (what === 'amend' || what === 'silent') next.location_description = `PLACE ${day} ${n}`
  model.set(id, next)
}

/** What the lake should hold after a batch: incremental ones go by the cursor alone. */
export function seen(before: Model, source: Model, full: boolean): Model {
  return new Map(
    [...source].map(([id, row]) => {
      const known = before.get(id)
      return [id, !full && known && known.updated_on === row.updated_on ? known : row]
    }),
  )
}

const MOVED = ['block']
const RECLASSIFIED = ['primary_type', 'description']

/** The kinds of change between two versions of one incident, written down without looking at the code under test. */
export function kindsBetween(before: Incident | undefined, after: Incident | undefined, cameBack: boolean): string[] {
  if (!before) return after ? [cameBack ? 'returned' : 'new'] : []
  if (!after) return ['vanished']
  const differing = COLUMNS.filter((column) => before[column] !== after[column])
  if (differing.length === 0) return []
  const kinds: string[] = []
  const arrested = before.arrest !== 'true' && after.arrest === 'true'
  const withdrawn = before.arrest === 'true' && after.arrest !== 'true'
  if (arrested) kinds.push('arrested')
  if (withdrawn) kinds.push('arrest_withdrawn')
  if (differing.some((column) => RECLASSIFIED.includes(column))) kinds.push('reclassified')
  if (differing.some((column) => MOVED.includes(column))) kinds.push('moved')
  const rest = differing.filter((column) => ![...MOVED, ...RECLASSIFIED, 'updated_on'].includes(column))
  if (rest.some((column) => column !== 'arrest' || !(arrested || withdrawn))) kinds.push('amended')
  return kinds.length > 0 ? kinds : ['restamped']
}

export function count(kinds: Iterable<string[]>): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const kind of [...kinds].flat()) counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}

export const rowsOf = (model: Model): unknown[] =>
  [...model.values()]
    .sort((a, b) => a.id - b.id)
    .map((row) => ({ ...row, id: BigInt(row.id), arrest: row.arrest === '' ? null : row.arrest === 'true' }))
