import type { AccountChange, Alert, AlertEvent, AlertRun } from '../model/alert.ts'
import { clipped, count, duration, moment, spaced } from './words.ts'

export type Tone = 'bad' | 'warn' | 'good'

/** What happened, in words that differ by event. */
export interface Story {
  tone: Tone
  /** The subject, and the heading. */
  title: string
  /** One or two sentences: what happened, and against which limit. */
  lead: string
  facts: [label: string, value: string][]
  /** What to do, a sentence or command each. */
  todo: string[]
}

type Of<Event extends AlertEvent> = Extract<Alert, { event: Event }>

export function storyOf(alert: Alert): Story {
  switch (alert.event) {
    case 'deadline_missed':
      return missed(alert)
    case 'deadline_forecast':
      return forecast(alert)
    case 'run_failed':
      return failed(alert)
    case 'run_held':
      return held(alert)
    case 'recovered':
      return recovered(alert)
    case 'digest':
      return digest(alert)
    case 'secret_rotated':
      return rotated(alert)
    case 'rotation_failed':
      return rotationFailed(alert)
    case 'account_changed':
      return accountChanged(alert)
  }
}

/** When it is told again. */
export function toldAgain(event: AlertEvent): string {
  if (event === 'deadline_missed' || event === 'run_failed' || event === 'run_held')
    return 'It says so when a run succeeds again.'
  return event === 'digest' ? '`alerts.digest` says how often.' : ''
}

type Missed<What extends Of<'deadline_missed'>['of']> = Extract<Alert, { event: 'deadline_missed'; of: What }>

function missed(alert: Of<'deadline_missed'>): Story {
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

function forecast(alert: Of<'deadline_forecast'>): Story {
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

function failed({ run, error }: Of<'run_failed'>): Story {
  const step = run.steps.find((one) => one.state === 'failed')?.name
  return {
    tone: 'bad',
    title: step === undefined ? `Run ${run.run} failed` : `Run ${run.run} failed at step ${step}`,
    lead: error.message,
    facts: [
      ...(step === undefined ? [] : ([['Step', step]] as [string, string][])),
      ['Took', duration(run.seconds * 1000)],
      ['Error', error.code],
    ],
    todo: [error.todo, `\`blotter runs resume ${run.run}\` goes on from the failed step.`],
  }
}

function held({ run, guard, message, todo, numbers }: Of<'run_held'>): Story {
  return {
    tone: 'warn',
    title: `Run ${run.run} is held: ${spaced(guard)}`,
    lead: message,
    facts: [
      ['Guard', guard],
      ...Object.entries(numbers).map(([name, value]): [string, string] => [
        `${name.slice(0, 1).toUpperCase()}${spaced(name.slice(1))}`,
        told(value),
      ]),
    ],
    todo: [todo],
  }
}

/** What a guard saw: counts as they are, shares in percent. */
function told(value: string | number): string {
  if (typeof value === 'string') return value
  return Number.isInteger(value) ? count(value) : `${Number((value * 100).toFixed(4))} %`
}

/** So many of what was made good are named. */
const TROUBLES = 5

function recovered({ run, troubles, limitMs }: Of<'recovered'>): Story {
  const what = troubles.map(
    ({ event, run: of, raised_at }) => `${spaced(event)}${of === null ? '' : ` (${of})`} at ${moment(raised_at)}`,
  )
  return {
    tone: 'good',
    title: `Recovered: run ${run.run} succeeded`,
    lead: `Run ${run.run} succeeded in ${duration(run.seconds * 1000)}; batch ${run.batch_at} is there.`,
    facts: [
      ['Took', duration(run.seconds * 1000)],
      ...(limitMs === undefined ? [] : ([['Limit', duration(limitMs)]] as [string, string][])),
      ['Made good', what.slice(0, TROUBLES).join('; ') + (what.length > TROUBLES ? `; ${what.length - TROUBLES} more` : '')],
    ],
    todo: [],
  }
}

function digest({ run, runs, since, report }: Of<'digest'>): Story {
  const changes = Object.entries(report?.changes ?? {}).flatMap(([kind, n = 0]): [string, number][] =>
    n > 0 ? [[kind, n]] : [],
  )
  const told = changes.map(([kind, n]) => `${count(n)} ${spaced(kind)}`).join(', ')
  const ran = Object.entries(runs)
    .map(([state, n]) => `${n} ${state}`)
    .join(', ')
  return {
    tone: 'good',
    title: `Batch ${run.batch_at} is there${told === '' ? ', no changes' : `: ${clipped(told, 60)}`}`,
    lead: `Run ${run.run} succeeded in ${duration(run.seconds * 1000)}. ${told === '' ? 'No incident changed.' : `Changes: ${told}.`}`,
    facts: [
      ...Object.entries(report?.rows ?? {}).map(([name, n]): [string, string] => [`Rows ${name}`, count(n)]),
      ...Object.entries(report?.warnings ?? {}).map(([name, n]): [string, string] => [`Warning ${spaced(name)}`, count(n)]),
      [since === null ? 'Runs so far' : `Runs since ${moment(since)}`, ran],
    ],
    todo: [],
  }
}

function rotated({ secret, by, nextAt }: Of<'secret_rotated'>): Story {
  return {
    tone: 'good',
    title: `Secret ${secret} was rotated`,
    lead: `The credential behind secret://${secret} was renewed, tested with a real login, and is in use.`,
    facts: [
      ['Secret', secret],
      ['By', by],
      ['Next', nextAt === null ? 'not planned' : moment(nextAt)],
    ],
    todo: [],
  }
}

function rotationFailed({ secret, step, error, working }: Of<'rotation_failed'>): Story {
  return {
    tone: 'bad',
    title: `Secret ${secret} could not be rotated`,
    lead: error.message,
    facts: [
      ['Secret', secret],
      ['Step', step],
      ['Error', error.code],
      ...(working === '' ? [] : ([['In use', working]] as [string, string][])),
    ],
    todo: [error.todo, `\`blotter secret rotate ${secret}\` tries again.`],
  }
}

const ACCOUNT_TITLES: Readonly<Record<AccountChange, string>> = {
  password_changed: 'Your password was changed',
  second_factor_set_up: 'A second factor was set up for your account',
  factors_reset: 'Your second factor, passkeys and sessions were reset',
  recovery_codes_renewed: 'Your recovery codes were replaced',
  recovery_code_used: 'Somebody signed in as you with a recovery code',
  login_locked: 'Your login is locked for a while: somebody tried it too often',
  code_replayed: 'A code of yours that had been used was tried again',
  passkey_added: 'A passkey was added to your account',
  passkey_removed: 'A passkey was removed from your account',
  role_changed: 'Your role was changed',
  new_place: 'You signed in from a new address',
}

function accountChanged({ to, change, by, from }: Of<'account_changed'>): Story {
  const title = ACCOUNT_TITLES[change]
  return {
    tone: 'warn',
    title,
    lead: `${title}. If that was you, or you were told of it, there is nothing to do.`,
    facts: [['Account', to], ['By', by], ...(from === null ? [] : ([['From', from]] as [string, string][]))],
    todo: ['If it was not you: change your password, end all other sessions under Settings, and tell an admin.'],
  }
}
