import { Card } from '../../design/card.tsx'
import { amountBounds, amountStep } from '../../charts/scale.ts'
import { batchTime, calm } from '../../format.ts'
import type { Changes, ChangesWish } from '../../incidents.ts'
import { set } from '../../url-state.ts'
import { Cell } from './by-type.tsx'

const TYPES_AT_MOST = 14

/** From which type to which: rows are before, columns after, the diagonal changed within its type. */
export function Reclassified({ changes, wish }: { changes: Changes; wish: ChangesWish }) {
  const { reclassified, from, to } = changes
  if (reclassified.length === 0) return null
  const types = typesOf(reclassified)
  const rows = types.filter((type) => reclassified.some((move) => nameOf(move.from) === type))
  const columns = types.filter((type) => reclassified.some((move) => nameOf(move.to) === type))
  const bounds = amountBounds(Math.max(7, ...reclassified.map(({ n }) => n)))
  return (
    <Card className="half">
      <h2>What they were reclassified from, and to</h2>
      <p className="chart-subtitle">
        Rows are types before, columns types after; where both are the same, the description changed
      </p>
      <div
        className="matrix matrix-upright"
        tabIndex={0}
        role="region"
        aria-label="Reclassified incidents by type before and after"
      >
        <table className="numeric">
          <thead>
            <tr>
              <th scope="col">from ↓ to →</th>
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
                <th scope="row">{calm(was)}</th>
                {columns.map((is) => {
                  const n = reclassified.find((one) => nameOf(one.from) === was && nameOf(one.to) === is)?.n ?? 0
                  return (
                    <Cell
                      key={is}
                      value={n}
                      step={amountStep(bounds, n)}
                      isChosen={wish.was === was && wish.is === is}
                      choose={(isChosen) =>
                        set(
                          isChosen ? { was: undefined, is: undefined, kind: undefined } : { was, is, kind: 'reclassified' },
                        )
                      }
                      label={`${calm(was)} to ${calm(is)}`}
                    />
                  )
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="caption numeric">{`between ${batchTime(from)} and ${batchTime(to)}`}</p>
    </Card>
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
