import type { Mark } from '../../charts/mark.ts'
import { ChartShell } from '../../charts/chart-shell.tsx'
import { RankedBars } from '../../charts/ranked-bars.tsx'
import { betweenBatches, count, title } from '../../format.ts'
import type { Changes, ChangesWish } from '../../incidents.ts'
import { set } from '../../url-state.ts'

/** The kinds in the order in which people ask for them; a pipeline’s own come after. */
const ORDER = ['new', 'arrested', 'arrest_withdrawn', 'reclassified', 'moved', 'amended', 'vanished', 'returned']
/** Counted, and never listed: nothing but the cursor changed. */
const RESTAMPED = 'restamped'

export function kindsOf(counts: Record<string, number>): string[] {
  const others = Object.keys(counts).filter((kind) => !ORDER.includes(kind) && kind !== RESTAMPED)
  return [...ORDER, ...others]
}

/** A bar for each kind of change; one that is chosen lists its incidents. */
export function Kinds({ changes, wish }: { changes: Changes; wish: ChangesWish }) {
  const { counts, from, to } = changes
  const marks: Mark[] = kindsOf(counts).map((kind) => {
    const value = counts[kind] ?? 0
    return { key: kind, label: title(kind), value, base: value, share: null }
  })
  const restamped = counts[RESTAMPED] ?? 0
  const also = restamped > 0 ? ` ${count(restamped)} more were only restamped by the source.` : ''
  const choice = {
    chosen: new Set(wish.kind === undefined ? [] : [wish.kind]),
    toggle: (kind: string) => set({ kind: kind === wish.kind ? undefined : kind }),
  }
  return (
    <ChartShell
      id="kinds"
      title="What happened to them"
      subtitle={`Incidents by kind of change; one can have several.${also}`}
      batchAt={to}
      foot={betweenBatches(from, to)}
      className="half"
      twin={{ columns: ['Kind of change', 'incidents'], rows: marks.map(({ label, value }) => [label, count(value)]) }}
    >
      <RankedBars
        label="Kinds of change"
        marks={marks}
        choice={choice}
        measure={{ value: 'incidents', base: 'incidents' }}
        isPlain
      />
    </ChartShell>
  )
}
