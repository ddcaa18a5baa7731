import { Scroller } from '../../design/scroller.tsx'
import { set, useParam } from '../../url-state.ts'
import { StateShape } from './state-mark.tsx'
import type { LogLine, RunStory } from './runs.ts'

/** What happened, line by line; of one step where one is chosen. */
export function RunLog({ run }: { run: RunStory }) {
  const step = useParam('step')
  const lines = step === undefined ? run.log : run.log.filter((line) => line.step === step || line.step === null)
  return (
    <section aria-labelledby="log-title">
      <header className="part-title">
        <h3 id="log-title">{step === undefined ? 'Log' : `Log of ${step}`}</h3>
        {step !== undefined && (
          <button type="button" className="button button-quiet" onClick={() => set({ step: undefined })}>
            All steps
          </button>
        )}
      </header>
      <Scroller className="run-log" role="region" aria-label="Lines of the log">
        <ol>
          {lines.map((line, n) => (
            <Line key={n} line={line} />
          ))}
        </ol>
      </Scroller>
    </section>
  )
}

const SHAPES = { warn: 'held', error: 'failed' } as const

function Line({ line: { at, level, step, message } }: { line: LogLine }) {
  return (
    <li data-level={level}>
      <time dateTime={at}>{at.slice(11, 23)}</time>
      <span className="run-log-step">{step ?? 'run'}</span>
      <span>
        {level !== 'info' && (
          <>
            <StateShape state={SHAPES[level]} size={12} /> <span className="for-readers">{level}: </span>
          </>
        )}
        {message}
      </span>
    </li>
  )
}
