import { useState } from 'react'
import { Card } from '../../design/card.tsx'
import { Scroller } from '../../design/scroller.tsx'
import { amountBounds, amountStep } from '../../charts/scale.ts'
import { betweenBatches, calm, count, words } from '../../format.ts'
import type { Changes, ChangesWish } from '../../incidents.ts'
import { set } from '../../url-state.ts'
import { kindsOf } from './kinds.tsx'

const SHOWN_FIRST = 8

/** Types down, kinds across: where in the city’s crimes the changes lie. A cell lists its incidents. */
export function ByType({ changes, wish }: { changes: Changes; wish: ChangesWish }) {
  const [isAll, setAll] = useState(false)
  if (changes.by_type.length === 0) return null
  const kinds = kindsOf(changes.counts).filter((kind) => changes.counts[kind])
  const types = isAll ? changes.by_type : changes.by_type.slice(0, SHOWN_FIRST)
  const bounds = amountBounds(
    Math.max(7, ...changes.by_type.flatMap(({ counts }) => kinds.map((kind) => counts[kind] ?? 0))),
  )
  return (
    <Card className="half">
      <h2>Which types they are of</h2>
      <p className="chart-subtitle">Incidents by type and kind of change</p>
      <Scroller
        frameClass="kinds-matrix"
        className="matrix matrix-kinds"
        role="region"
        aria-label="Changes by type and kind"
      >
        <table className="numeric">
          <thead>
            <tr>
              <th scope="col" className="pinned">
                Type
              </th>
              {kinds.map((kind) => (
                <th key={kind} scope="col">
                  <span>{words(kind)}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {types.map(({ type, counts }) => (
              <tr key={type}>
                <th scope="row" className="pinned">
                  {calm(type ?? 'unknown')}
                </th>
                {kinds.map((kind) => (
                  <Cell
                    key={kind}
                    value={counts[kind] ?? 0}
                    step={amountStep(bounds, counts[kind] ?? 0)}
                    isChosen={wish.type === type && wish.kind === kind}
                    choose={(isChosen) =>
                      set(isChosen ? { type: undefined, kind: undefined } : { type: type ?? undefined, kind })
                    }
                    label={`${calm(type ?? 'unknown')}, ${words(kind)}`}
                  />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroller>
      {changes.by_type.length > SHOWN_FIRST && (
        <button type="button" className="button button-quiet show-all" onClick={() => setAll(!isAll)}>
          {isAll ? `Show the first ${SHOWN_FIRST}` : `Show all ${changes.by_type.length}`}
        </button>
      )}
      <p className="caption numeric">{betweenBatches(changes.from, changes.to)}</p>
    </Card>
  )
}

interface CellProps {
  value: number
  step: number
  isChosen: boolean
  choose: (isChosen: boolean) => void
  label: string
}

/** A number on its amount; nothing where there is none. */
export function Cell({ value, step, isChosen, choose, label }: CellProps) {
  if (value === 0) return <td />
  return (
    <td>
      <button
        type="button"
        className="matrix-cell"
        data-step={step}
        aria-pressed={isChosen}
        aria-label={`${label}: ${count(value)}`}
        onClick={() => choose(isChosen)}
      >
        {count(value)}
      </button>
    </td>
  )
}
