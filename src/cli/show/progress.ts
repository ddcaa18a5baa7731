import { cutTo } from '../../query/format/width.ts'
import type { WorkEvent } from '../../platform/running/watch.ts'
import type { Output } from '../terminal.ts'
import { track } from './bar.ts'
import { count, counted, duration, moment } from './figures.ts'
import { noteText } from './note.ts'

export interface Progress {
  onEvent(event: WorkEvent): void
  /** Takes down what is still moving; what is finished stays. */
  end(): void
}

interface LiveStep {
  name: string
  since: number
  rows: number
  expected: number | undefined
}

const REDRAW_MS = 100
const NAME_WIDTH = 10
const TRACK_WIDTH = 24

/**
 * A line a step: its name and a track while it runs, its time and rows once it is done. Only where stderr is a terminal;
 * elsewhere nothing but notices is printed.
 */
export function createProgress(output: Output, nowSeconds: () => number): Progress {
  const { styles } = output
  const live = new Map<string, LiveStep>()
  const rowsOf = new Map<string, number>()
  let drawn = 0
  let drawnAt = 0
  let timer: NodeJS.Timeout | undefined

  const print = (text: string): void => void output.write(text)
  const clear = (): string => (drawn > 0 ? `\u001b[${drawn}A\u001b[0J` : '')
  const draw = (permanent: readonly string[] = []): void => {
    if (!output.isTerminal) {
      drawn = 0
      return
    }
    const moving = [...live.values()].map((step) => liveLine(step, nowSeconds(), output))
    print(clear() + [...permanent, ...moving].map((line) => `${line}\n`).join(''))
    drawn = moving.length
    drawnAt = nowSeconds()
  }
  const say = (text: string): void => {
    if (output.isTerminal) draw(text.trimEnd().split('\n'))
    else print(text)
  }

  return {
    onEvent(event) {
      if (event.type === 'notice') return say(noteText(event.message, output))
      if (!output.isTerminal) return
      timer ??= setInterval(() => draw(), REDRAW_MS).unref()
      if (event.type === 'run') {
        const how = event.goesOn ? 'goes on after an interruption' : 'begins'
        return draw([styles.dim(`Batch ${event.batch_at} (${moment(event.batch_at)} UTC) ${how}.`)])
      }
      if (event.type === 'rows') {
        rowsOf.set(event.step, event.rows)
        const step = live.get(event.step)
        if (step) Object.assign(step, { rows: event.rows, expected: event.expected ?? step.expected })
        // Work that leaves no room for the timer still shows that it goes on.
        if ((nowSeconds() - drawnAt) * 1000 >= REDRAW_MS) draw()
        return
      }
      if (event.state === 'running') {
        live.set(event.step, { name: event.step, since: nowSeconds(), rows: 0, expected: undefined })
        return draw()
      }
      if (event.state === 'queued') return
      live.delete(event.step)
      draw([finishedLine(event, rowsOf.get(event.step), output)])
    },
    end() {
      clearInterval(timer)
      live.clear()
      draw()
    },
  }
}

const MARK = { succeeded: '✓', skipped: '·', failed: '✗', terminated: '✗' } as const

function finishedLine(
  event: Extract<WorkEvent, { type: 'step' }>,
  rows: number | undefined,
  { styles, columns }: Output,
): string {
  const state = event.state as keyof typeof MARK
  const style = state === 'succeeded' ? styles.ok : state === 'skipped' ? styles.dim : styles.bad
  const facts = [
    state === 'succeeded' ? '' : state,
    event.seconds === undefined ? '' : duration(event.seconds),
    rows === undefined || rows === 0 ? '' : counted(rows, 'row'),
    event.attempt > 1 ? `attempt ${event.attempt}` : '',
    event.message ?? '',
  ]
  const text = `${event.step.padEnd(NAME_WIDTH)}  ${facts.filter((fact) => fact !== '').join('   ')}`
  return `${style(MARK[state])} ${cutTo(text, (columns ?? 100) - 2)}`
}

function liveLine({ name, since, rows, expected }: LiveStep, now: number, { styles, columns }: Output): string {
  const elapsed = Math.max(0.001, now - since)
  const rate = rows / elapsed
  const facts: string[] = []
  let shown = ''
  if (expected !== undefined && expected > 0 && rows > 0) {
    const part = Math.min(1, rows / expected)
    const { done, left } = track(part, TRACK_WIDTH)
    shown = `${styles.accent(done)}${styles.dim(left)}  `
    facts.push(`${Math.floor(part * 100)} %`, `${count(rows)} of about ${count(expected)}`)
  } else if (rows > 0) {
    facts.push(counted(rows, 'row'))
  }
  if (rows > 0) facts.push(`${count(Math.round(rate))}/s`)
  if (expected !== undefined && rows > 0 && rows < expected) facts.push(`${duration((expected - rows) / rate)} left`)
  if (rows === 0) facts.push(duration(elapsed))
  const room = (columns ?? 100) - 3 - NAME_WIDTH - (shown === '' ? 0 : TRACK_WIDTH + 2) - 1
  return `${styles.accent('▸')} ${name.padEnd(NAME_WIDTH)}  ${shown}${cutTo(facts.join('   '), Math.max(4, room))}`
}
