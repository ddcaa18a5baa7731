import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { cronProblem, lastTime, nextTime, type Schedule } from '../../../src/orchestrate/schedule/schedule.ts'

const CHICAGO = 'America/Chicago'
const at = (text: string): Date => new Date(text)
const nextTimes = (schedule: Schedule, after: Date, count: number): Date[] => {
  const times = [after]
  for (let i = 0; i < count; i += 1) times.push(nextTime(schedule, times[i]!)!)
  return times.slice(1)
}
const told = (times: readonly Date[]): string[] => times.map((time) => time.toISOString().slice(5, 16))

test('six in the morning is six in the morning in Chicago, in winter and in summer', () => {
  const schedule = { cron: '0 6 * * *', timezone: CHICAGO }
  assert.deepEqual(told(nextTimes(schedule, at('2026-03-06T13:00:00Z'), 3)), ['03-07T12:00', '03-08T11:00', '03-09T11:00'])
  assert.deepEqual(told(nextTimes(schedule, at('2026-10-30T13:00:00Z'), 3)), ['10-31T11:00', '11-01T12:00', '11-02T12:00'])
})

test('a time that daylight saving skips is due once, when the clock has sprung forward', () => {
  const schedule = { cron: '30 2 * * *', timezone: CHICAGO }
  assert.deepEqual(told(nextTimes(schedule, at('2026-03-07T12:00:00Z'), 2)), ['03-08T08:00', '03-09T07:30'])
})

test('a time that daylight saving doubles is due once, the first time', () => {
  const schedule = { cron: '30 1 * * *', timezone: CHICAGO }
  assert.deepEqual(told(nextTimes(schedule, at('2026-10-31T12:00:00Z'), 2)), ['11-01T06:30', '11-02T07:30'])
})

test('every half hour stays every half hour on both days', () => {
  for (const day of ['2026-03-08', '2026-11-01']) {
    const times = nextTimes({ cron: '*/30 * * * *', timezone: CHICAGO }, at(`${day}T05:00:00Z`), 12)
    const steps = times.slice(1).map((time, i) => (time.getTime() - times[i]!.getTime()) / 60_000)
    assert.deepEqual(new Set(steps), new Set([30]))
  }
})

test('zones whose clocks move by half an hour, or at midnight, lose no day', () => {
  const lordHowe = nextTimes({ cron: '15 2 * * *', timezone: 'Australia/Lord_Howe' }, at('2026-10-02T00:00:00Z'), 4)
  assert.deepEqual(told(lordHowe), ['10-02T15:45', '10-03T15:30', '10-04T15:15', '10-05T15:15'])
  const beirut = nextTimes({ cron: '0 0 * * *', timezone: 'Asia/Beirut' }, at('2026-03-27T12:00:00Z'), 3)
  assert.equal(beirut.length, 3)
  assert.equal(new Set(beirut.map((time) => time.toISOString().slice(0, 10))).size, 3)
})

test('wrong cron fields are told of in words', () => {
  assert.equal(cronProblem('0 6 * * *'), undefined)
  assert.equal(cronProblem('*/10 0 6 * * MON-FRI'), undefined)
  assert.equal(cronProblem('0 0 29 2 *'), undefined)
  assert.match(cronProblem('61 * * * *') ?? '', /minute: 61/)
  assert.match(cronProblem('0 6 * *') ?? '', /parts/)
  assert.match(cronProblem('soon') ?? '', /parts/)
  assert.match(cronProblem('') ?? '', /parts/)
  assert.match(cronProblem('0 0 30 2 *') ?? '', /never/)
  assert.match(cronProblem('0 0 0 * * * *') ?? '', /parts/)
})

const minutes = fc.constantFrom('0', '30', '59', '*/7', '*/30', '0,45')
const hours = fc.constantFrom('*', '0', '1', '2', '6', '23', '*/3', '1-4')
const days = fc.constantFrom('* * *', '* * 1-5', '1 * *', '* * 0')
const zones = fc.constantFrom('UTC', CHICAGO, 'Europe/Berlin', 'Australia/Lord_Howe', 'America/St_Johns', 'Asia/Kathmandu')
const schedules = fc
  .tuple(minutes, hours, days, zones)
  .map(([minute, hour, day, timezone]) => ({ cron: `${minute} ${hour} ${day}`, timezone }))
const moments = fc.date({ min: at('2020-01-01T00:00:00Z'), max: at('2030-01-01T00:00:00Z'), noInvalidDate: true })

test('times go forward, and the last one before the next is the one that was due', () => {
  fc.assert(
    fc.property(schedules, moments, (schedule, moment) => {
      const next = nextTime(schedule, moment)
      assert.ok(next && next > moment)
      const second = nextTime(schedule, next)
      assert.ok(second && second > next)
      assert.deepEqual(lastTime(schedule, next), next)
      assert.deepEqual(lastTime(schedule, new Date(second.getTime() - 1)), next)
      const before = lastTime(schedule, moment)
      assert.ok(before && before <= moment)
      assert.deepEqual(nextTime(schedule, before), next)
    }),
    { numRuns: 60 },
  )
})

test('an hour of the night comes on every date once, whatever its zone does to it', () => {
  fc.assert(
    fc.property(
      zones,
      fc.integer({ min: 0, max: 23 }),
      fc.integer({ min: 0, max: 59 }),
      moments,
      (timezone, hour, minute, moment) => {
        const times = nextTimes({ cron: `${minute} ${hour} * * *`, timezone }, moment, 5)
        const day = new Intl.DateTimeFormat('en-CA', { timeZone: timezone, dateStyle: 'short' })
        assert.equal(new Set(times.map((time) => day.format(time))).size, 5)
      },
    ),
    { numRuns: 60 },
  )
})
