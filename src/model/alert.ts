import type { ChangeCounts } from './change.ts'
import type { BatchKind, RowCounts, RunState, StepState } from './report.ts'

/** What people are told of (docs/alerts.md), as the header `X-Blotter-Event` names it. */
export const ALERT_EVENTS = [
  'deadline_missed',
  'deadline_forecast',
  'run_failed',
  'run_held',
  'recovered',
  'digest',
  'secret_rotated',
  'rotation_failed',
  'account_changed',
] as const
export type AlertEvent = (typeof ALERT_EVENTS)[number]

/** A run as it stood when something was told of it. Times are ISO 8601 in UTC; it holds no credential. */
export interface AlertRun {
  run: string
  batch_at: string
  kind: string | null
  state: RunState
  source: string
  started_at: string
  seconds: number
  steps: AlertStep[]
  /** The last attempts that did not succeed, oldest first. */
  attempts: AlertAttempt[]
}

export interface AlertStep {
  name: string
  state: StepState
  seconds: number
  attempts: number
}

export interface AlertAttempt {
  step: string
  attempt: number
  state: StepState
  started_at: string
  message: string
}

export interface AlertError {
  code: string
  message: string
  todo: string
}

/** What its owner is told of an account. */
export const ACCOUNT_CHANGES = [
  'password_changed',
  'second_factor_set_up',
  'factors_reset',
  'recovery_codes_renewed',
  'recovery_code_used',
  'code_replayed',
  'login_locked',
  'passkey_added',
  'passkey_removed',
  'role_changed',
  'new_place',
] as const
export type AccountChange = (typeof ACCOUNT_CHANGES)[number]

/** Something that people were told of and that a later success made good. */
export interface Trouble {
  event: AlertEvent
  run: string | null
  raised_at: string
}

/** Each event with its facts. */
export type Alert =
  | { event: 'deadline_missed'; of: 'run'; run: AlertRun; limitMs: number; elapsedMs: number; process: 'alive' | 'gone' }
  | { event: 'deadline_missed'; of: 'step'; step: string; run: AlertRun; limitMs: number; elapsedMs: number }
  /** `newest` is the newest batch that is known; null if there is none yet. */
  | { event: 'deadline_missed'; of: 'freshness'; newest: string | null; limitMs: number; elapsedMs: number }
  /** A run that the schedule had due and that did not begin. */
  | { event: 'deadline_missed'; of: 'start'; dueAt: string; limitMs: number; elapsedMs: number }
  | {
      event: 'deadline_forecast'
      run: AlertRun
      limitMs: number
      elapsedMs: number
      expectedMs: number
      slow: { step: string; elapsedMs: number; usualMs: number }
      /** How many earlier runs it is reckoned from. */
      samples: number
    }
  | { event: 'run_failed'; run: AlertRun; error: AlertError }
  | {
      event: 'run_held'
      run: AlertRun
      guard: string
      message: string
      todo: string
      numbers: Record<string, string | number>
    }
  | { event: 'recovered'; run: AlertRun; troubles: Trouble[]; limitMs?: number }
  | { event: 'digest'; since: string | null; runs: Record<string, number>; run: AlertRun; report: DigestReport | null }
  | { event: 'secret_rotated'; secret: string; by: string; nextAt: string | null }
  /** `working` is the account that is in use and goes on working; empty where the error's message says so. */
  | { event: 'rotation_failed'; secret: string; step: string; error: AlertError; working: string }
  /** For the account's owner alone, at their address. `from` is the address of the network, where it is known. */
  | { event: 'account_changed'; to: string; change: AccountChange; by: string; from: string | null }

/** Of a run's report, what a digest shows. */
export interface DigestReport {
  kind: BatchKind
  rows: RowCounts
  changes: ChangeCounts
  warnings: Record<string, number>
}

/** What makes an alert one that is told once: the same event about the same subject for the same occasion. */
export interface AlertIdentity {
  event: AlertEvent
  /** A run, a secret's name, an account's address, `freshness` or `start`. */
  subject: string
  /** Which time, where a subject can have an event more than once: a step, a moment, a batch. */
  occasion: string
}

/** A stored alert. */
export interface RaisedAlert extends AlertIdentity {
  alert: Alert
  raised_at: string
}
