import type { RunState } from '../../model/report.ts'
import type { Style, Styles } from '../terminal.ts'

/** The shape beside a state's word; colour only repeats what both say. */
export const STATE_MARK: Readonly<Record<RunState, string>> = {
  queued: '·',
  running: '▸',
  succeeded: '✓',
  failed: '✗',
  skipped: '·',
  terminated: '✗',
  held: '‖',
}

export function stateStyle(state: RunState, styles: Styles): Style {
  if (state === 'succeeded') return styles.ok
  if (state === 'failed' || state === 'terminated') return styles.bad
  if (state === 'held') return styles.warn
  return state === 'running' ? styles.accent : styles.dim
}
