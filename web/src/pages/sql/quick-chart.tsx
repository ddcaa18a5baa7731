import { useState } from 'react'
import { ChartShell } from '../../charts/chart-shell.tsx'
import { fitted } from '../../charts/scale.ts'
import { useWidth } from '../../charts/use-width.ts'
import { calm, count } from '../../format.ts'
import type { QueryResult } from './query.ts'
import { type Point, TimeLine } from './time-line.tsx'
import { cellText, figureText, isNumber, isTime, numberOf } from './values.ts'

/** Bars beyond this are no picture any more. */
const MOST_BARS = 30

/** A result at a glance: bars for what is named, a line for what runs over time or numbers. */
export function QuickChart({ result }: { result: QueryResult }) {
  const { columns, rows } = result
  const figures = columns.flatMap(({ type }, at) => (isNumber(type) ? [at] : []))
  const [chosenAlong, setAlong] = useState<number>()
  const [chosenFigure, setFigure] = useState<number>()
  const along = chosenAlong ?? defaultAlong(result)
  const figure = chosenFigure ?? figures.find((at) => at !== along)
  if (figure === undefined || along === undefined || rows.length === 0)
    return <p className="sql-hint">A chart needs a column of numbers, and one to draw them along.</p>
  const [across, measured] = [columns[along]!, columns[figure]!]
  const points = rows.flatMap((row): Point[] => {
    const value = numberOf(row[figure])
    return value === undefined ? [] : [{ key: cellText(row[along], across.type) ?? 'null', value }]
  })
  const isLine = isTime(across.type) || isNumber(across.type)
  return (
    <ChartShell
      id="sql-chart"
      title={`${measured.name} by ${across.name}`}
      subtitle={`${count(points.length)} rows${result.is_truncated ? ', the first of more' : ''}`}
      batchAt={result.batch_at}
      className="sql-chart"
      twin={{ columns: [across.name, measured.name], rows: points.map(({ key, value }) => [key, String(value)]) }}
      controls={
        <>
          <Choice label="Draw" columns={columns} among={figures} value={figure} choose={setFigure} />
          <Choice label="along" columns={columns} among={columns.map((_, at) => at)} value={along} choose={setAlong} />
        </>
      }
    >
      {isLine ? (
        <TimeLine points={points} isNumeric={isNumber(across.type)} name={measured.name} along={across.name} />
      ) : (
        <Bars points={points} name={measured.name} along={across.name} />
      )}
    </ChartShell>
  )
}

/** What stands first is most often what rows are of; a number is drawn, unless there is nothing but numbers. */
function defaultAlong({ columns }: QueryResult): number | undefined {
  const named = columns.findIndex(({ type }) => !isNumber(type))
  if (named >= 0) return named
  return columns.length > 1 ? 0 : undefined
}

interface ChoiceProps {
  label: string
  columns: QueryResult['columns']
  among: readonly number[]
  value: number
  choose: (at: number) => void
}

function Choice({ label, columns, among, value, choose }: ChoiceProps) {
  return (
    <label className="sql-choice">
      <span className="caption">{label}</span>
      <select className="field" value={value} onChange={(event) => choose(Number(event.target.value))}>
        {among.map((at) => (
          <option key={at} value={at}>
            {columns[at]!.name}
          </option>
        ))}
      </select>
    </label>
  )
}

const ROW = 28
const GAP = 12
const FIGURE = 88

function Bars({ points, name, along }: { points: readonly Point[]; name: string; along: string }) {
  const [element, width] = useWidth()
  const shown = points.slice(0, MOST_BARS)
  const most = Math.max(0, ...shown.map(({ value }) => value)) || 1
  const least = Math.min(0, ...shown.map(({ value }) => value))
  const label = Math.min(240, Math.max(96, Math.round(width * 0.3)))
  const room = Math.max(0, width - label - GAP - FIGURE)
  const x = (value: number): number => label + GAP + (room * (value - least)) / (most - least)
  return (
    <div ref={element} className="chart">
      {width > 0 && (
        <svg
          width={width}
          height={shown.length * ROW}
          role="img"
          aria-label={`Bars: ${name} by ${along}; the numbers are in the table`}
          data-chart
        >
          {shown.map(({ key, value }, index) => (
            <g key={`${index} ${key}`} transform={`translate(0 ${index * ROW})`}>
              <text y={ROW / 2 + 4}>{fitted(calm(key), label)}</text>
              <rect
                className="bar"
                x={x(Math.min(0, value))}
                y={5}
                width={Math.max(1, Math.abs(x(value) - x(0)))}
                height={ROW - 10}
                rx={2}
              />
              <text className="end numeric" x={width} y={ROW / 2 + 4}>
                {figureText(value, name)}
              </text>
            </g>
          ))}
        </svg>
      )}
      {points.length > shown.length && (
        <p className="caption">{`The first ${MOST_BARS} of ${count(points.length)} rows; order the statement to choose which.`}</p>
      )}
    </div>
  )
}
