import { count, duration } from '../../format.ts'
import { Link } from '../../link.tsx'
import { useParam } from '../../url-state.ts'
import { axisOf } from './gantt-axis.ts'
import { hrefOfRun, type RunStory, type StoryStep } from './runs.ts'
import { StateMark } from './state-mark.tsx'

/** The steps of a run over time, every attempt a bar; the deadline is a line, or is told at the edge where it is far off. */
export function Gantt({ run, now }: { run: RunStory; now: number }) {
  const chosen = useParam('step')
  const axis = axisOf(run, now)
  const at = (ms: number): string => `${(((ms - axis.from) / (axis.to - axis.from)) * 100).toFixed(3)}%`
  const limits = new Map(run.margins.map((margin) => [margin.scope, margin]))
  const deadline = axis.deadline !== undefined && axis.deadline <= axis.to ? axis.deadline : undefined
  return (
    <figure className="gantt" aria-label="Steps over time">
      <figcaption className="part-title">
        <h3>Steps over time</h3>
        <span className="caption numeric">{axis.note}</span>
      </figcaption>
      <ol className="gantt-rows">
        {run.steps.map((step) => (
          <li key={step.name} className="gantt-row" data-chosen={step.name === chosen}>
            <Link
              href={hrefOfRun(run.run, step.name === chosen ? undefined : step.name)}
              className="gantt-name"
              aria-current={step.name === chosen}
            >
              {step.name}
            </Link>
            <StateMark state={step.state} />
            <div className="gantt-lane" aria-hidden="true">
              {axis.ticks.map((tick) => (
                <i key={tick.ms} className="gantt-tick" style={{ left: at(tick.ms) }} />
              ))}
              {step.tries.map((one) => {
                const [from, to] = [Date.parse(one.started_at), endOf(one, step, now)]
                return (
                  <i
                    key={one.attempt}
                    className="gantt-bar"
                    data-state={one.state}
                    style={{ left: at(from), width: `max(3px, ${((to - from) / (axis.to - axis.from)) * 100}%)` }}
                  />
                )
              })}
              {deadline !== undefined && <i className="gantt-deadline" style={{ left: at(deadline) }} />}
            </div>
            <span className="gantt-took numeric" data-missed={(limits.get(step.name)?.margin_seconds ?? 0) < 0}>
              {tookOf(step, now)}
              {limits.has(step.name) && step.started_at && (
                <span className="caption">{` of ${duration(limits.get(step.name)!.limit_seconds)}`}</span>
              )}
            </span>
          </li>
        ))}
        <li className="gantt-row gantt-axis" aria-hidden="true">
          <div className="gantt-lane">
            {axis.ticks.map((tick) => (
              <span key={tick.ms} style={{ left: at(tick.ms) }}>
                {tick.label}
              </span>
            ))}
            {deadline !== undefined && (
              <span className="gantt-deadline-label" style={{ left: at(deadline) }}>
                {`deadline ${duration((deadline - axis.from) / 1000)}`}
              </span>
            )}
          </div>
        </li>
      </ol>
    </figure>
  )
}

function endOf(one: StoryStep['tries'][number], step: StoryStep, now: number): number {
  if (one.ended_at) return Date.parse(one.ended_at)
  // An attempt that died with its process has an end that nobody saw.
  return one.state === 'running' ? now : Date.parse(one.started_at) + step.seconds * 1000
}

function tookOf(step: StoryStep, now: number): string {
  if (step.state === 'running' && step.started_at) {
    const { done, expected } = step.rows ?? {}
    const rows = done === undefined ? '' : `, ${count(done)}${expected === undefined ? '' : ` of ${count(expected)}`} rows`
    return `${duration(Math.max(0, (now - Date.parse(step.started_at)) / 1000))}${rows}`
  }
  if (step.started_at === null) return ''
  return step.attempts > 1 ? `${duration(step.seconds)}, ${step.attempts} attempts` : duration(step.seconds)
}
