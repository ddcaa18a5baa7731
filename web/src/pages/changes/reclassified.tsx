import { RankedBars } from '../../charts/ranked-bars.tsx'
import { Card } from '../../design/card.tsx'
import { Scroller } from '../../design/scroller.tsx'
import { amountBounds, amountStep } from '../../charts/scale.ts'
import { betweenBatches, calm } from '../../format.ts'
import type { Changes, ChangesWish } from '../../incidents.ts'
import { set } from '../../url-state.ts'
import { Cell } from './by-type.tsx'

const TYPES_AT_MOST = 14
const MOVES_AT_MOST = 12

/** From which type to which, as a matrix whose diagonal changed within its type, and as a list, which is all that fits a phone. */
export function Reclassified({ changes, wish }: { changes: Changes; wish: ChangesWish }) {
  const { reclassified, from, to } = changes
  if (reclassified.length === 0) return null
  const types = typesOf(reclassified)
  const rows = types.filter((type) => reclassified.some((move) => nameOf(move.from) === type))
  const columns = types.filter((type) => reclassified.some((move) => nameOf(move.to) === type))
  const bounds = amountBounds(Math.max(7, ...reclassified.map(({ n }) => n)))
  return (
    <Card className="whole">
      <h2>What they were reclassified from, and to</h2>
      <p className="chart-subtitle">By type before and after; where both are the same, the description changed</p>
      <div className="reclassified">
        <Scroller
          frameClass="moves-matrix"
          className="matrix matrix-upright"
          role="region"
          aria-label="Reclassified incidents by type before and after"
        >
          <table className="numeric">
            <thead>
              <tr>
                <th scope="col" className="pinned">
                  from ↓ to →
                </th>
                {columns.map((type) => (
                  <th key={type} scope="col">
                    <span>{calm(type)}</span>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((was) => (
                <tr key={was}>
                  <th scope="row" className="pinned">
                    {calm(was)}
                  </th>
                  {columns.map((is) => {
                    const n = reclassified.find((one) => nameOf(one.from) === was && nameOf(one.to) === is)?.n ?? 0
                    return (
                      <Cell
                        key={is}
                        value={n}
                        step={amountStep(bounds, n)}
                        isChosen={wish.was === was && wish.is === is}
                        choose={(isChosen) => choose(was, is, isChosen)}
                        label={`${calm(was)} to ${calm(is)}`}
                      />
                    )
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </Scroller>
        <Moves moves={reclassified} wish={wish} />
      </div>
      <p className="caption numeric">{betweenBatches(from, to)}</p>
    </Card>
  )
}

function choose(was: string, is: string, isChosen: boolean): void {
  set(isChosen ? { was: undefined, is: undefined, kind: undefined } : { was, is, kind: 'reclassified' })
}

/** The most frequent ones in words. */
function Moves({ moves, wish }: { moves: Changes['reclassified']; wish: ChangesWish }) {
  const told = moves.slice(0, MOVES_AT_MOST).map(({ from, to, n }) => {
    const [was, is] = [nameOf(from), nameOf(to)]
    const label = was === is ? `within ${calm(was)}` : `${calm(was)} → ${calm(is)}`
    return { was, is, mark: { key: JSON.stringify([was, is]), label, value: n, base: n, share: null } }
  })
  const isChosen = (one: { was: string; is: string }): boolean => wish.was === one.was && wish.is === one.is
  const choice = {
    chosen: new Set(told.filter(isChosen).map(({ mark }) => mark.key)),
    toggle: (key: string): void => {
      const one = told.find(({ mark }) => mark.key === key)
      if (one) choose(one.was, one.is, isChosen(one))
    },
  }
  return (
    <RankedBars
      label="Most frequent reclassifications"
      marks={told.map(({ mark }) => mark)}
      choice={choice}
      measure={{ value: 'incidents', base: 'incidents' }}
      isPlain
    />
  )
}

function nameOf(type: string | null): string {
  return type ?? 'unknown'
}

/** In one order for both sides, so that what stayed in its type is the diagonal; most first. */
function typesOf(moves: Changes['reclassified']): string[] {
  const sums = new Map<string, number>()
  for (const { from, to, n } of moves)
    for (const type of [nameOf(from), nameOf(to)]) sums.set(type, (sums.get(type) ?? 0) + n)
  const ranked = [...sums].sort(([, a], [, b]) => b - a).map(([type]) => type)
  return ranked.slice(0, TYPES_AT_MOST)
}
