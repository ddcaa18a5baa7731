import type { Alert, AlertRun } from '../model/alert.ts'
import type { Of, Story } from './story.ts'
import { duration, moment } from './words.ts'

type Missed<What extends Of<'deadline_missed'>['of']> = Extract<Alert, { event: 'deadline_missed'; of: What }>

export function missed(alert: Of<'deadline_missed'>): Story {
  switch (alert.of) {
    case 'run':
      return lateRun(alert)
    case 'step':
      return lateStep(alert)
    case 'freshness':
      return staleData(alert)
    case 'start':
      return lateStart(alert)
  }
}

function lateRun({ run, limitMs, elapsedMs, process }: Missed<'run'>): Story {
  const step = underWay(run)
  const where = step === undefined ? 'No step has begun.' : `It is at step ${step}.`
  const gone = process === 'gone' ? ' The process that made it is gone: nothing works on it any more.' : ''
  return {
    tone: 'bad',
    title: `Run ${run.run} is late: ${duration(elapsedMs)}, limit ${duration(limitMs)}`,
    lead: `The run may take ${duration(limitMs)} and has taken ${duration(elapsedMs)}. ${where}${gone}`,
    facts: tookSoFar(elapsedMs, limitMs),
    todo: process === 'gone' ? ['`blotter run` goes on with it where it stopped.'] : lateTodo(run),
  }
}

function lateStep({ run, step, limitMs, elapsedMs }: Missed<'step'>): Story {
  return {
    tone: 'bad',
    title: `Step ${step} is late: ${duration(elapsedMs)}, limit ${duration(limitMs)}`,
    lead: `Step ${step} of run ${run.run} may take ${duration(limitMs)} and has taken ${duration(elapsedMs)}.`,
    facts: tookSoFar(elapsedMs, limitMs),
    todo: [...lateTodo(run), `A longer limit: \`sla: { steps: { ${step}: … } }\`.`],
  }
}

function staleData({ newest, limitMs, elapsedMs }: Missed<'freshness'>): Story {
  const told = newest === null ? 'There is no batch yet' : `The newest batch is of ${moment(newest)}`
  return {
    tone: 'bad',
    title: `The data is ${duration(elapsedMs)} old, limit ${duration(limitMs)}`,
    lead: `${told}; processed data may be ${duration(limitMs)} old at most. No run has succeeded since.`,
    facts: [
      ['Age', duration(elapsedMs)],
      ['Limit', duration(limitMs)],
      ['Newest batch', newest ?? 'none'],
    ],
    todo: [
      '`blotter runs list` shows what ran last.',
      '`blotter run` makes a batch now.',
      'See that what starts runs (`blotter serve`, cron, a timer) is up.',
    ],
  }
}

function lateStart({ dueAt, elapsedMs }: Missed<'start'>): Story {
  return {
    tone: 'bad',
    title: `The run due at ${moment(dueAt)} has not begun`,
    lead: `The schedule had a run due at ${moment(dueAt)}. ${duration(elapsedMs)} later none has begun.`,
    facts: [
      ['Due', moment(dueAt)],
      ['Late by', duration(elapsedMs)],
    ],
    todo: ['See that `blotter serve` is up and its machine is on.', '`blotter run` makes the batch now.'],
  }
}

function tookSoFar(elapsedMs: number, limitMs: number): Story['facts'] {
  return [
    ['Took so far', duration(elapsedMs)],
    ['Limit', duration(limitMs)],
  ]
}

function lateTodo({ run }: AlertRun): string[] {
  return [
    `\`blotter runs show ${run}\` shows where it is.`,
    `If it hangs, \`blotter runs terminate ${run}\` ends it; nothing half-done is visible.`,
  ]
}

function underWay(run: AlertRun): string | undefined {
  return run.steps.find((step) => step.state === 'running')?.name ?? run.steps.findLast((step) => step.attempts > 0)?.name
}

export function forecast(alert: Of<'deadline_forecast'>): Story {
  const { slow, run } = alert
  const usual = slow.usualMs > 0 ? `, usually ${duration(slow.usualMs)}` : ''
  return {
    tone: 'warn',
    title: `Run ${run.run} will probably be late: step ${slow.step} is slow`,
    lead:
      `It has taken ${duration(alert.elapsedMs)} and will probably take ${duration(alert.expectedMs)}; the limit is ` +
      `${duration(alert.limitMs)}. Step ${slow.step} has taken ${duration(slow.elapsedMs)}${usual}.`,
    facts: [
      ['Took so far', duration(alert.elapsedMs)],
      ['Expected in all', duration(alert.expectedMs)],
      ['Limit', duration(alert.limitMs)],
      ['Reckoned from', `${alert.samples} earlier runs`],
    ],
    todo: [
      `\`blotter runs show ${run.run}\` shows where it is.`,
      'See whether the source, the disk or the machine is busy with something else.',
    ],
  }
}
