import { type CSSProperties, type KeyboardEvent, useLayoutEffect, useRef } from 'react'
import { Scroller } from '../../design/scroller.tsx'
import { batchTime, day, duration } from '../../format.ts'
import { Link } from '../../link.tsx'
import { hrefOfRun, type Run, type State, type Step } from './runs.ts'
import { StateMark, StateShape } from './state-mark.tsx'

const LEGEND: readonly State[] = ['succeeded', 'running', 'failed', 'held', 'queued', 'skipped', 'terminated']

/** Columns are runs, the newest at the right; rows are steps. Arrows walk the cells, and each leads to its run and step. */
export function RunGrid({ runs, chosen }: { runs: readonly Run[]; chosen: string | undefined }) {
  const box = useRef<HTMLDivElement>(null)
  const newest = runs.at(-1)?.run
  useLayoutEffect(() => {
    const column = box.current?.querySelector<HTMLElement>('[data-chosen="true"]')
    if (column && box.current) box.current.scrollLeft = column.offsetLeft - box.current.clientWidth + 80
  }, [newest, chosen])
  const longest = Math.max(1, ...runs.map((run) => run.seconds ?? 0))
  const steps = [...new Set(runs.flatMap((run) => run.steps.map((step) => step.name)))]
  return (
    <>
      <Scroller className="run-grid" box={box} role="region" aria-label="Runs and their steps" onKeyDown={walk}>
        <table style={{ '--runs': runs.length } as CSSProperties}>
          <caption className="for-readers">State of each step in each run</caption>
          <thead>
            <tr>
              <th scope="col" className="run-grid-corner pinned">
                <span className="caption">{`longest ${duration(longest)}`}</span>
              </th>
              {runs.map((run, n) => (
                <th key={run.run} scope="col" data-chosen={run.run === chosen}>
                  <Link href={hrefOfRun(run.run)} className="run-column" title={titleOf(run)} aria-label={titleOf(run)}>
                    <i data-state={run.state} style={{ height: Math.max(3, ((run.seconds ?? 0) / longest) * 44) }} />
                    <StateShape state={run.state} size={12} />
                    <span className="run-day numeric">{dayOf(run, runs[n - 1])}</span>
                  </Link>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {steps.map((name) => (
              <tr key={name}>
                <th scope="row" className="pinned">
                  {name}
                </th>
                {runs.map((run) => (
                  <td key={run.run} data-chosen={run.run === chosen}>
                    <Cell run={run} step={run.steps.find((step) => step.name === name)} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroller>
      <ul className="run-legend">
        {LEGEND.map((state) => (
          <li key={state}>
            <StateMark state={state} />
          </li>
        ))}
      </ul>
    </>
  )
}

/** The day of a run, where it is another one than that of the run before; with the month where that is another. */
function dayOf({ batch_at: at }: Run, before: Run | undefined): string {
  const [date, month] = day(at).split(' ')
  const [dateBefore, monthBefore] = before ? day(before.batch_at).split(' ') : []
  if (month !== monthBefore) return `${date} ${month}`
  return date === dateBefore ? '' : date!
}

function Cell({ run, step }: { run: Run; step: Step | undefined }) {
  if (!step) return null
  const tries = step.attempts > 1 ? `, ${step.attempts} attempts` : ''
  const name = `${step.name} of ${batchTime(run.batch_at)}: ${step.state}, ${duration(step.seconds)}${tries}`
  return (
    <Link
      href={hrefOfRun(run.run, step.name)}
      className="run-cell"
      data-state={step.state}
      title={name}
      aria-label={name}
      tabIndex={-1}
    >
      <StateShape state={step.state} size={14} />
    </Link>
  )
}

function titleOf({ batch_at, kind, state, seconds }: Run): string {
  const took = seconds === null ? '' : `, ${duration(seconds)}`
  return `${batchTime(batch_at)}: ${state}${kind ? `, ${kind}` : ''}${took}`
}

/** One stop for the tabulator in each column; from there arrows go everywhere. */
function walk(event: KeyboardEvent<HTMLDivElement>): void {
  const moves: Record<string, readonly [down: number, right: number]> = {
    ArrowUp: [-1, 0],
    ArrowDown: [1, 0],
    ArrowLeft: [0, -1],
    ArrowRight: [0, 1],
  }
  const move = moves[event.key]
  const here = (event.target as HTMLElement).closest<HTMLTableCellElement>('th, td')
  const row = here?.closest('tr')
  if (!move || !here || !row) return
  const rows = [...event.currentTarget.querySelectorAll('tr')]
  const target = rows[rows.indexOf(row) + move[0]]?.cells[here.cellIndex + move[1]]?.querySelector<HTMLElement>('a')
  if (!target) return
  event.preventDefault()
  target.focus()
}
