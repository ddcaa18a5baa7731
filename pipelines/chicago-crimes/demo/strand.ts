import type { CaseNumbers } from './case-numbers.ts'
import { applyChanges, makeSettling, makeState, type State } from './changes.ts'
import { type DrawIncident, emptyIncident, incidents, type Lore } from './incident.ts'
import type { Plan } from './plan.ts'
import { makeRowWriter, type WriteRow } from './rows.ts'
import { firstAtLeast, type Sequence } from './sequence.ts'

/** One sequence of a city with all that it takes to make its rows. A city has two: murders, and all else. */
export interface Strand {
  readonly lore: Lore
  readonly sequence: Sequence
  readonly murders: boolean
  readonly day: number
  readonly state: State
  readonly draw: DrawIncident
  readonly settle: ReturnType<typeof makeSettling>
  readonly write: WriteRow
}

export interface StrandOptions {
  lore: Lore
  sequence: Sequence
  murders: boolean
  day: number
  caseNumbers: CaseNumbers
}

export function makeStrand({ lore, sequence, murders, day, caseNumbers }: StrandOptions): Strand {
  const drawIncident = incidents(lore, sequence, murders)
  return {
    lore,
    sequence,
    murders,
    day,
    draw: drawIncident,
    state: makeState(lore, drawIncident, sequence.dayOf),
    settle: makeSettling(lore, sequence.salt, day),
    write: makeRowWriter(lore, sequence.salt, caseNumbers),
  }
}

/** Which rows of a strand go where: `count` ordinals from `from` on, to `at` and below in `columns`. */
export interface Filling {
  columns: unknown[][]
  at: number
  from: number
  count: number
}

/** Gives the place behind the last row that was written. */
export function fill(strand: Strand, plan: Plan, { columns, at, from, count }: Filling): number {
  if (count <= 0) return at
  const { sequence, day, lore } = strand
  const incident = emptyIncident()
  let to = at
  let on = sequence.dayOf(from)
  let next = firstAtLeast(plan.ordinals, from)
  for (let ordinal = from; ordinal < from + count; ordinal++) {
    while (sequence.start[on + 1]! <= ordinal) on++
    strand.draw(incident, ordinal, on)
    strand.settle(incident)
    if (plan.ordinals[next] === ordinal && !applyChanges(incident, plan.changes[next++]!, day, lore)) continue
    strand.write(columns, to++, sequence.id(ordinal, on), incident)
  }
  return to
}
