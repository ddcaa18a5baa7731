import { z } from 'zod'
import { batchAt, count, countsByKind } from './shapes.ts'

/** Shapes of runs, as the API answers them. */
const stepState = z.enum(['queued', 'running', 'succeeded', 'failed', 'skipped', 'terminated'])
const runState = z.enum([...stepState.options, 'held'])
const seconds = z.number()
const time = z.string().meta({ description: 'ISO 8601 in UTC.', examples: ['2026-11-23T06:00:00.123Z'] })

export const runSummary = z
  .strictObject({
    run: z.string(),
    batch_at: batchAt,
    kind: z.enum(['full', 'incremental', 'restore']).nullable().meta({ description: 'Null while that is open.' }),
    state: runState.meta({ description: 'queued: its process died or was interrupted, and it waits to be gone on with.' }),
    started_at: time,
    finished_at: time.nullable(),
    seconds: seconds.nullable().meta({ description: 'Of all its goes that were seen to end.' }),
    source: z.string().meta({ description: 'Without password.' }),
  })
  .meta({ id: 'RunSummary' })

const step = z.strictObject({ name: z.string(), state: stepState, seconds, attempts: count })

export const runList = z
  .strictObject({
    total: count,
    runs: z.array(runSummary.extend({ steps: z.array(step) })),
  })
  .meta({ id: 'RunList' })

const told = z.strictObject({ code: z.string(), message: z.string(), todo: z.string() })

const report = z
  .looseObject({
    rows: z.strictObject({ read: count, landed: count, unchanged: count, quarantined: count, swept: count }),
    repairs: z.record(z.string(), count),
    warnings: z.record(z.string(), count),
    changes: countsByKind,
    tables: z.array(z.strictObject({ name: z.string(), snapshot_id: z.string(), rows: count })),
  })
  .meta({ description: 'What `blotter run --json` prints, as far as the run has got.' })

const attempt = z.strictObject({
  attempt: count,
  state: stepState,
  started_at: time,
  ended_at: time.nullable(),
  message: z.string().nullable().meta({ description: 'Why it did not succeed.' }),
})

const line = z.strictObject({
  at: time,
  level: z.enum(['info', 'warn', 'error']),
  step: z.string().nullable().meta({ description: 'Null for the run itself.' }),
  message: z.string(),
})

export const runStory = runSummary
  .extend({
    released: z.boolean().meta({ description: 'Somebody let it pass its guards.' }),
    steps: z.array(
      step.extend({
        started_at: time.nullable(),
        finished_at: time.nullable(),
        error: told.optional(),
        tries: z.array(attempt),
        rows: z.strictObject({ done: count, expected: count.optional() }).optional(),
      }),
    ),
    error: told.optional(),
    held: z.looseObject({ guard: z.string(), message: z.string(), todo: z.string() }).optional(),
    report: report.optional(),
    margins: z.array(
      z.strictObject({
        scope: z.string().meta({ description: '`run`, or the name of a step.' }),
        limit_seconds: seconds,
        elapsed_seconds: seconds,
        margin_seconds: seconds.meta({ description: 'Below zero it is missed.' }),
      }),
    ),
    expected_seconds: seconds.nullable().meta({ description: 'Of a run under way, from what its like took.' }),
    log: z.array(line),
    told_at: time,
  })
  .meta({ id: 'RunStory' })

export const begunRun = z.strictObject({ run: z.string(), batch_at: batchAt }).meta({ id: 'BegunRun' })
