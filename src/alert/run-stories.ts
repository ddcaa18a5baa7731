import type { Of, Story } from './story.ts'
import { clipped, count, duration, moment, spaced } from './words.ts'

export function failed({ run, error }: Of<'run_failed'>): Story {
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

export function held({ run, guard, message, todo, numbers }: Of<'run_held'>): Story {
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

export function recovered({ run, troubles, limitMs }: Of<'recovered'>): Story {
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

export function digest({ run, runs, since, report }: Of<'digest'>): Story {
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
