import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BlotterError } from '../../../src/errors.ts'
import { silentLog } from '../../../src/log.ts'
import { schedule, type Scheduling, type Trigger } from '../../../src/orchestrate/schedule/scheduler.ts'

/** A scheduler on a clock that goes on only when it rests, until `until`. */
async function watched(options: {
  from: string
  until: string
  cron?: string
  timezone?: string
  pollMs?: number
  mark?: (now: Date) => string | undefined
  known?: string
  lastStarted?: string
  interrupted?: boolean
  /** How long runs take, and what becomes of them. */
  runMs?: number
  run?: (trigger: Trigger, number: number) => 'done' | 'held' | BlotterError
  upkeepMs?: number
  upkeep?: () => void
  clockSteps?: (now: Date) => number
}) {
  let now = new Date(options.from)
  let known = options.known
  let pending: string | undefined
  const stop = new AbortController()
  const runs: string[] = []
  const logged: string[] = []
  const tell = (_: object, text: string): void => void logged.push(text)
  const log = { ...silentLog, info: tell, warn: tell }
  const move = (ms: number): void => {
    now = new Date(now.getTime() + ms)
    if (now >= new Date(options.until)) stop.abort(new BlotterError('interrupted', 'Stopped.', { todo: 'Go on.' }))
  }
  const scheduling: Scheduling = {
    clock: { now: () => now },
    log,
    signal: stop.signal,
    ...(options.cron === undefined ? {} : { schedule: { cron: options.cron, timezone: options.timezone ?? 'UTC' } }),
    ...(options.mark
      ? {
          source: {
            everyMs: options.pollMs ?? 60_000,
            mark: async () => (pending = options.mark!(now)),
            known: () => known,
          },
        }
      : {}),
    isInterrupted: () => options.interrupted ?? false,
    lastStarted: () => (options.lastStarted === undefined ? undefined : new Date(options.lastStarted)),
    async run(trigger) {
      runs.push(`${trigger} ${now.toISOString().slice(5, 19)}`)
      const mark = pending
      move(options.runMs ?? 0)
      const end = options.run?.(trigger, runs.length) ?? 'done'
      if (end instanceof BlotterError) throw end
      known = mark
      return end
    },
    ...(options.upkeep ? { upkeep: { everyMs: options.upkeepMs ?? 3_600_000, work: async () => options.upkeep!() } } : {}),
    wait: async (ms) => move(Math.max(1, ms) + (options.clockSteps?.(now) ?? 0)),
  }
  await schedule(scheduling)
  return { runs, logged }
}

const failure = (code: 'run_locked' | 'source_unreachable') => new BlotterError(code, 'It did not work.', { todo: 'Look.' })

test('a run begins at its time, by the clock of its zone', async () => {
  const { runs } = await watched({
    from: '2026-03-07T00:00:00Z',
    until: '2026-03-09T00:00:00Z',
    cron: '0 6 * * *',
    timezone: 'America/Chicago',
  })
  assert.deepEqual(runs, ['cron 03-07T12:00:00', 'cron 03-08T11:00:00'])
})

test('however many runs were missed while nobody was there, one makes up for them, and it is said', async () => {
  const { runs, logged } = await watched({
    from: '2026-03-07T08:30:00Z',
    until: '2026-03-07T09:30:00Z',
    cron: '0 * * * *',
    lastStarted: '2026-03-05T08:00:00Z',
  })
  assert.deepEqual(runs, ['missed 03-07T08:30:00', 'cron 03-07T09:00:00'])
  assert.ok(logged.some((line) => line.includes('makes up for all that were missed')))
})

test('nothing is made up for where nothing was missed, or nothing ever ran', async () => {
  const hours = { from: '2026-03-07T08:30:00Z', until: '2026-03-07T08:50:00Z', cron: '0 * * * *' }
  assert.deepEqual((await watched({ ...hours, lastStarted: '2026-03-07T08:00:05Z' })).runs, [])
  assert.deepEqual((await watched(hours)).runs, [])
})

test('a run that was broken off goes on at the start', async () => {
  const { runs } = await watched({
    from: '2026-03-07T08:30:00Z',
    until: '2026-03-07T08:40:00Z',
    cron: '0 * * * *',
    interrupted: true,
    lastStarted: '2026-03-01T00:00:00Z',
  })
  assert.deepEqual(runs, ['interrupted 03-07T08:30:00'])
})

test('times that come due while a run is under way call for one more run, not for many', async () => {
  const { runs } = await watched({
    from: '2026-03-07T08:00:30Z',
    until: '2026-03-07T08:12:00Z',
    cron: '* * * * *',
    runMs: 200_000,
  })
  assert.deepEqual(runs, ['cron 03-07T08:01:00', 'cron 03-07T08:04:20', 'cron 03-07T08:07:40', 'cron 03-07T08:11:00'])
})

test('a change of the source begins a run, and no second one', async () => {
  const { runs } = await watched({
    from: '2026-03-07T08:00:00Z',
    until: '2026-03-07T09:00:00Z',
    known: 'a',
    mark: (now) => (now < new Date('2026-03-07T08:10:00Z') ? 'a' : 'b'),
  })
  assert.equal(runs.length, 1)
  assert.match(runs[0]!, /^source_change 03-07T08:10/)
})

test('a source that is still being written is read when it has come to rest, or after some tries', async () => {
  const until = '2026-03-07T08:01:00Z'
  const resting = await watched({
    from: '2026-03-07T08:00:00Z',
    until,
    mark: (now) => String(Math.min(now.getTime(), Date.parse('2026-03-07T08:00:05Z'))),
  })
  assert.deepEqual(resting.runs, ['source_change 03-07T08:00:08'])
  const restless = await watched({ from: '2026-03-07T08:00:00Z', until, mark: (now) => String(now.getTime()) })
  assert.deepEqual(restless.runs, ['source_change 03-07T08:00:10'])
})

test('a source that was held or cannot say is not read again and again', async () => {
  const held = await watched({
    from: '2026-03-07T08:00:00Z',
    until: '2026-03-07T09:00:00Z',
    mark: () => 'b',
    run: () => 'held',
  })
  assert.equal(held.runs.length, 1)
  const silent = await watched({ from: '2026-03-07T08:00:00Z', until: '2026-03-07T09:00:00Z', mark: () => undefined })
  assert.equal(silent.runs.length, 0)
})

test('what fails is tried again after pauses that double, and nothing ends', async () => {
  const { runs } = await watched({
    from: '2026-03-07T08:00:00Z',
    until: '2026-03-07T10:00:00Z',
    mark: () => 'b',
    run: (_, number) => (number < 4 ? failure('source_unreachable') : 'done'),
  })
  assert.deepEqual(
    runs.map((run) => run.slice(-8)),
    ['08:00:02', '08:02:04', '08:06:06', '08:14:08'],
  )
})

test('a source that cannot be asked is asked again after pauses, and said so', async () => {
  let asked = 0
  const { runs, logged } = await watched({
    from: '2026-03-07T08:00:00Z',
    until: '2026-03-07T12:00:00Z',
    mark: () => {
      asked += 1
      if (asked <= 5) throw failure('source_unreachable')
      return 'b'
    },
  })
  assert.equal(logged.filter((line) => line.includes('could not be asked')).length, 5)
  assert.equal(runs.length, 1)
  assert.ok(asked < 300, String(asked))
})

test('a time that finds the lake taken by other work is kept until it is free', async () => {
  const { runs } = await watched({
    from: '2026-03-07T05:59:00Z',
    until: '2026-03-07T07:00:00Z',
    cron: '0 6 * * *',
    run: (_, number) => (number < 3 ? failure('run_locked') : 'done'),
  })
  assert.deepEqual(runs, ['cron 03-07T06:00:00', 'cron 03-07T06:00:15', 'cron 03-07T06:00:30'])
})

test('a run that another process began at that time is not made once more', async () => {
  const { runs } = await watched({
    from: '2026-03-07T05:59:00Z',
    until: '2026-03-08T07:00:00Z',
    cron: '0 6 * * *',
    lastStarted: '2026-03-07T06:00:01Z',
    run: (_, number) => (number === 1 ? failure('run_locked') : 'done'),
  })
  assert.deepEqual(runs, ['cron 03-07T06:00:00', 'cron 03-08T06:00:00'])
})

test('a clock that is set back repeats no run', async () => {
  let back = false
  const { runs } = await watched({
    from: '2026-03-07T05:00:00Z',
    until: '2026-03-07T07:30:00Z',
    cron: '0 6 * * *',
    clockSteps: (now) => {
      if (back || now < new Date('2026-03-07T06:10:00Z')) return 0
      back = true
      return -1_200_000
    },
  })
  assert.deepEqual(runs, ['cron 03-07T06:00:00'])
})

test('a clock that sleeps over a time runs when it wakes', async () => {
  let slept = false
  const { runs } = await watched({
    from: '2026-03-07T05:00:00Z',
    until: '2026-03-07T09:00:00Z',
    cron: '0 6 * * *',
    clockSteps: () => {
      if (slept) return 0
      slept = true
      return 7_200_000
    },
  })
  assert.equal(runs.length, 1)
  assert.match(runs[0]!, /^cron 03-07T07:00/)
})

test('upkeep comes round, and its failures end nothing', async () => {
  let times = 0
  const { runs } = await watched({
    from: '2026-03-07T05:00:00Z',
    until: '2026-03-07T08:30:00Z',
    cron: '0 6 * * *',
    upkeep: () => {
      times += 1
      throw new Error('no')
    },
  })
  assert.equal(times, 4)
  assert.equal(runs.length, 1)
})
