import type { Offenses } from './offenses.ts'
import { type Alias, aliasOf, pick } from './random.ts'
import { readTable } from './tables.ts'

/** The kinds of place, and by offense which of them its type happens in: as they are named before 2020, and since. */
export interface LocationKinds {
  readonly names: readonly string[]
  readonly before: readonly KindDraw[]
  readonly since: readonly KindDraw[]
}

interface KindDraw {
  readonly kinds: Uint16Array
  readonly alias: Alias
}

export function loadLocationKinds(offenses: Offenses): LocationKinds {
  const rows = readTable('locations')
  const names = [...new Set(rows.map((row) => row['location_description']!))]
  const load = (column: string, otherwise: string): KindDraw[] => {
    const byType = new Map<string, KindDraw>()
    for (const type of new Set(offenses.list.map((offense) => offense.type))) {
      const mine = rows.filter((row) => row['type'] === type)
      // A type that one of the two periods does not know has the places of the other.
      const by = mine.some((row) => Number(row[column]) > 0) ? column : otherwise
      const found = mine.filter((row) => Number(row[by]) > 0)
      byType.set(type, {
        kinds: Uint16Array.from(found, (row) => names.indexOf(row['location_description']!)),
        alias: aliasOf(found.map((row) => Number(row[by]))),
      })
    }
    return offenses.list.map((offense) => byType.get(offense.type)!)
  }
  return { names, before: load('before_2020', 'since_2020'), since: load('since_2020', 'before_2020') }
}

export function pickKind(kinds: LocationKinds, offense: number, since: boolean, drawn: number): number {
  const found = (since ? kinds.since : kinds.before)[offense]!
  return found.kinds[pick(found.alias, drawn)]!
}

/** Share of incidents of a year whose kind of place nobody wrote down. */
export function unwrittenShare(year: number): number {
  if (year < 2011) return 0.00004
  return year < 2016 ? 0.001 : 0.004
}
