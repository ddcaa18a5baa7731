import type { Alert, AlertEvent } from '../model/alert.ts'

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

/** The facts of one event. */
export type Of<Event extends AlertEvent> = Extract<Alert, { event: Event }>
