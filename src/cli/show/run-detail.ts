import { padTo } from '../../query/format/width.ts'
import type { ErrorReport, RunDetail } from '../../platform/running/run-summary.ts'
import type { Output } from '../terminal.ts'
import { wrapped } from './columns.ts'
import { duration, moment } from './figures.ts'
import { STATE_MARK, stateStyle } from './state.ts'

const GANTT_WIDTH = 40

/** One run: its state, its steps over time, what went wrong and what to do about it. */
export function runDetailText(run: RunDetail, { styles, columns }: Output): string {
  const width = Math.min(columns ?? 100, 100)
  const style = stateStyle(run.state, styles)
  const took = run.seconds === null ? '' : `, ${duration(run.seconds)}`
  const lines = [
    `${style(`${STATE_MARK[run.state]} ${run.state}`)}  run ${styles.strong(run.run)}`,
    `  batch    ${run.batch_at}${run.kind ? ` (${run.kind})` : ''}`,
    `  source   ${run.source}`,
    `  started  ${moment(run.started_at)} UTC${took}`,
    '',
    ...gantt(run, styles, width),
  ]
  const failure = run.error ?? run.steps.find((step) => step.error)?.error
  if (run.held)
    lines.push(
      '',
      ...wrapped(`Held by ${run.held.guard}: ${run.held.message}`, width),
      ...arrow(run.held.todo, styles, width),
    )
  else if (failure) lines.push('', ...errorLines(failure, styles, width))
  return `${lines.join('\n')}\n`
}

function errorLines({ message, todo }: ErrorReport, styles: Output['styles'], width: number): string[] {
  const [first, ...rest] = wrapped(`error: ${message}`, width)
  return [first!.replace(/^error:/, styles.bad('error:')), ...rest.map((line) => `  ${line}`), ...arrow(todo, styles, width)]
}

function arrow(todo: string, styles: Output['styles'], width: number): string[] {
  return wrapped(todo, width, '  ').map((line, i) => (i === 0 ? `${styles.accent('→')}${line.slice(1)}` : line))
}

function gantt(run: RunDetail, styles: Output['styles'], width: number): string[] {
  const begin = Math.min(...run.steps.flatMap((step) => (step.started_at ? [Date.parse(step.started_at)] : [])))
  const end = Math.max(begin + 1, ...run.steps.flatMap((step) => endOf(step) ?? []))
  const names = Math.max(9, ...run.steps.map((step) => step.name.length))
  const room = Math.max(10, Math.min(GANTT_WIDTH, width - names - 30))
  return run.steps.map((step) => {
    const style = stateStyle(step.state, styles)
    let bar = ''
    if (step.started_at) {
      const from = Math.floor(((Date.parse(step.started_at) - begin) / (end - begin)) * room)
      const to = Math.ceil((((endOf(step) ?? end) - begin) / (end - begin)) * room)
      const start = Math.min(from, room - 1)
      bar = ' '.repeat(start) + '█'.repeat(Math.max(1, to - start))
    }
    const took = step.state === 'succeeded' || step.started_at ? duration(step.seconds) : ''
    const facts = step.attempts > 1 ? `${took}, ${step.attempts} attempts` : took
    const state = style(padTo(`${STATE_MARK[step.state]} ${step.state}`, 12, 'left'))
    return `  ${padTo(step.name, names, 'left')}  ${state}  ${style(padTo(bar, room, 'left'))}  ${facts}`.trimEnd()
  })
}

function endOf(step: RunDetail['steps'][number]): number | undefined {
  if (step.finished_at) return Date.parse(step.finished_at)
  return step.started_at ? Date.parse(step.started_at) + step.seconds * 1000 : undefined
}
