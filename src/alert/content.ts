import type { Alert, AlertRun } from '../model/alert.ts'
import { storyOf, toldAgain } from './stories.ts'
import type { Story } from './story.ts'
import { clipped, duration, moment } from './words.ts'

/** Where the alert comes from. */
export interface Place {
  lake: string
  /** Address of the web pages; undefined where none is known. */
  link: string | undefined
}

/** What a message says, before it is text or HTML. */
export interface Content extends Story {
  /** Of the steps, with what took long marked. */
  steps: { name: string; state: string; took: string; attempts: string; marked: boolean }[]
  log: string[]
  link: { text: string; url: string } | undefined
  footer: string
}

/** At most so much of one attempt's message is shown. */
const LOG_LINE_CHARACTERS = 400

export function contentOf(alert: Alert, place: Place, at: string): Content {
  const run = 'run' in alert ? alert.run : undefined
  const story = storyOf(alert)
  return {
    ...story,
    facts: [...story.facts, ...(run ? runFacts(run) : []), ['Lake', place.lake], ['Told at', moment(at)]],
    steps: run ? stepLines(run, markedStep(alert)) : [],
    log: (run?.attempts ?? []).map(
      ({ step, attempt, state, started_at, message }) =>
        `${started_at.slice(11, 19)} ${step}, attempt ${attempt} ${state}: ${clipped(message, LOG_LINE_CHARACTERS)}`,
    ),
    link: linkOf(place.link, run),
    footer: `Blotter tells of this once. ${toldAgain(alert.event)}`.trim(),
  }
}

function runFacts(run: AlertRun): [string, string][] {
  return [
    ['Run', run.run],
    ['Batch', run.batch_at],
    ...(run.kind === null ? [] : ([['Kind', run.kind]] as [string, string][])),
    ['Source', run.source],
    ['Started', moment(run.started_at)],
  ]
}

function stepLines(run: AlertRun, marked: string | undefined): Content['steps'] {
  return run.steps.map(({ name, state, seconds, attempts }) => ({
    name,
    state,
    took: attempts === 0 ? '' : duration(seconds * 1000),
    attempts: attempts === 0 ? '' : String(attempts),
    marked: name === marked,
  }))
}

function markedStep(alert: Alert): string | undefined {
  if (alert.event === 'deadline_forecast') return alert.slow.step
  if (alert.event === 'deadline_missed' && alert.of === 'step') return alert.step
  if (!('run' in alert)) return undefined
  const { steps } = alert.run
  if (alert.event === 'deadline_missed') return steps.find((step) => step.state === 'running')?.name
  return alert.event === 'run_failed' ? steps.find((step) => step.state === 'failed')?.name : undefined
}

function linkOf(link: string | undefined, run: AlertRun | undefined): Content['link'] {
  if (link === undefined) return undefined
  const base = link.replace(/\/+$/, '')
  return run
    ? { text: 'Open this run', url: `${base}/runs/${encodeURIComponent(run.run)}` }
    : { text: 'Open Blotter', url: base }
}
