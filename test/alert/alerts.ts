import type { Alert, AlertRun, RaisedAlert } from '../../src/model/alert.ts'

export const RUN: AlertRun = {
  run: '20261123T060000Z-x7k2',
  batch_at: '2026-11-23T06:00:00Z',
  kind: 'incremental',
  state: 'running',
  source: 'mysql://blotter_ro@db.example.org:3306/chicago?table=crimes',
  started_at: '2026-11-23T06:00:01.000Z',
  seconds: 2047,
  steps: [
    { name: 'extract', state: 'succeeded', seconds: 1204.2, attempts: 3 },
    { name: 'check', state: 'succeeded', seconds: 31, attempts: 1 },
    { name: 'land', state: 'running', seconds: 812, attempts: 1 },
    { name: 'transform', state: 'queued', seconds: 0, attempts: 0 },
    { name: 'aggregate', state: 'queued', seconds: 0, attempts: 0 },
    { name: 'commit', state: 'queued', seconds: 0, attempts: 0 },
    { name: 'publish', state: 'queued', seconds: 0, attempts: 0 },
  ],
  attempts: [
    {
      step: 'extract',
      attempt: 1,
      state: 'failed',
      started_at: '2026-11-23T06:00:02.000Z',
      message: 'The connection to db.example.org:3306 was lost: read ECONNRESET.',
    },
    {
      step: 'extract',
      attempt: 2,
      state: 'failed',
      started_at: '2026-11-23T06:04:11.000Z',
      message: 'The connection to db.example.org:3306 was lost: <read> & "ETIMEDOUT".',
    },
  ],
}

/** One alert of each event, and of each kind of missed deadline. */
export const EXAMPLES: readonly Alert[] = [
  { event: 'deadline_missed', of: 'run', run: RUN, limitMs: 2_040_000, elapsedMs: 2_047_000, process: 'alive' },
  { event: 'deadline_missed', of: 'run', run: RUN, limitMs: 2_040_000, elapsedMs: 2_047_000, process: 'gone' },
  { event: 'deadline_missed', of: 'step', step: 'land', run: RUN, limitMs: 600_000, elapsedMs: 812_000 },
  { event: 'deadline_missed', of: 'freshness', newest: '2026-11-22T02:00:00Z', limitMs: 93_600_000, elapsedMs: 100_800_000 },
  { event: 'deadline_missed', of: 'start', dueAt: '2026-11-23T06:00:00Z', limitMs: 2_040_000, elapsedMs: 2_041_000 },
  {
    event: 'deadline_forecast',
    run: RUN,
    limitMs: 2_040_000,
    elapsedMs: 900_000,
    expectedMs: 2_500_000,
    slow: { step: 'extract', elapsedMs: 880_000, usualMs: 310_000 },
    samples: 20,
  },
  {
    event: 'run_failed',
    run: {
      ...RUN,
      state: 'failed',
      steps: RUN.steps.map((step) => (step.name === 'land' ? { ...step, state: 'failed' } : step)),
    },
    error: {
      code: 'disk_full',
      message: 'The disk of lake is full. Nothing was committed.',
      todo: 'Free some space, then run `blotter run` again.',
    },
  },
  {
    event: 'run_held',
    run: { ...RUN, state: 'held' },
    guard: 'vanished',
    message: '41203 of 300000 incidents are gone from the source, more than 5 %. The run is held; nothing was committed.',
    todo: 'If this is right, `blotter runs release 20261123T060000Z-x7k2` carries the run to its end.',
    numbers: { vanished: 41_203, before: 300_000, limit: 0.05 },
  },
  {
    event: 'recovered',
    run: { ...RUN, state: 'succeeded', attempts: [] },
    troubles: [{ event: 'deadline_missed', run: RUN.run, raised_at: '2026-11-23T06:34:01.200Z' }],
    limitMs: 2_040_000,
  },
  {
    event: 'digest',
    since: '2026-11-22T06:05:00.000Z',
    runs: { succeeded: 3, failed: 1 },
    run: { ...RUN, state: 'succeeded', attempts: [] },
    report: {
      kind: 'incremental',
      rows: { read: 1240, landed: 900, unchanged: 338, quarantined: 2, swept: 300_000 },
      changes: { new: 610, arrested: 44, reclassified: 12, vanished: 0 },
      warnings: { year_mismatch: 3 },
    },
  },
  { event: 'secret_rotated', secret: 'mysql', by: 'schedule', nextAt: '2026-12-23T06:00:00.000Z' },
  {
    event: 'rotation_failed',
    secret: 'mysql',
    step: 'set',
    error: { code: 'source_refused', message: 'ALTER USER was refused.', todo: 'Grant it.' },
    working: 'blotter_ro_clone',
  },
  { event: 'account_changed', to: 'desk@example.org', change: 'passkey_added', by: 'desk@example.org', from: '192.0.2.7' },
]

export function raised(alert: Alert): RaisedAlert {
  const subject = 'run' in alert ? alert.run.run : 'subject'
  return { event: alert.event, subject, occasion: 'once', alert, raised_at: '2026-11-23T06:34:01.250Z' }
}
