import type { State } from './runs.ts'

/** A state as a shape; each is told from the others without its colour. */
const SHAPES: Record<State, string> = {
  succeeded: 'M3.5 8.5l3 3 6-7',
  failed: 'M4 4l8 8M12 4l-8 8',
  running: 'M5 3.5l7.500 4.500-7.500 4.500z',
  queued: 'M8 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8z',
  held: 'M5.5 3.5v9M10.5 3.5v9',
  skipped: 'M3.5 8h9',
  terminated: 'M4.5 4.5h7v7h-7z',
}

/** The shape alone, for where the word stands beside it or in a name. */
export function StateShape({ state, size = 16 }: { state: State; size?: number }) {
  return (
    <svg className="state-shape" data-state={state} width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
      <path
        d={SHAPES[state]}
        fill="none"
        stroke="currentColor"
        strokeWidth={2}
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  )
}

/** A state as shape, word and colour. */
export function StateMark({ state }: { state: State }) {
  return (
    <span className="state-mark" data-state={state}>
      <StateShape state={state} />
      {state}
    </span>
  )
}
