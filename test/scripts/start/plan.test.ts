import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { daysMade, planDays } from '../../../scripts/start/plan.ts'
import { isBatchAt } from '../../../src/model/batch-at.ts'

const NOON = new Date('2026-11-25T12:00:00Z')

test('a first start makes three days, the last this morning’s', () => {
  assert.deepEqual(
    planDays([], NOON).map((day) => [day.day, day.batchAt]),
    [
      [0, '2026-11-23T06:00:00Z'],
      [1, '2026-11-24T06:00:00Z'],
      [2, '2026-11-25T06:00:00Z'],
    ],
  )
  assert.equal(planDays([], new Date('2026-11-25T05:59:59Z')).at(-1)!.batchAt, '2026-11-24T06:00:00Z')
})

test('a later start makes the next day, a start that was cut short what is missing', () => {
  assert.deepEqual(planDays(['2026-11-20T06:00:00Z', '2026-11-21T06:00:00Z', '2026-11-22T06:00:00Z'], NOON), [
    { day: 3, source: 'demo://chicago?rows=300000&seed=1&day=3', batchAt: '2026-11-23T06:00:00Z' },
  ])
  assert.deepEqual(
    planDays(['2026-11-23T06:00:00Z'], NOON).map((day) => day.batchAt),
    ['2026-11-24T06:00:00Z', '2026-11-25T06:00:00Z'],
  )
})

test('the city goes on from its newest day, whatever has expired or was restored since', () => {
  const runs = ['lake', 'demo://chicago?rows=300000&seed=1&day=5', 'demo://chicago?rows=300000&seed=1&day=0']
  assert.deepEqual([daysMade(runs), daysMade(['demo://chicago?rows=9']), daysMade(['lake'])], [6, 1, undefined])
  assert.deepEqual(
    planDays(['2026-11-22T06:00:00Z'], NOON, 6).map(({ day, batchAt }) => [day, batchAt]),
    [[6, '2026-11-23T06:00:00Z']],
  )
})

test('batches are later one by one, and never in the future unless the lake is there already', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 9 }),
      fc.date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true }),
      (starts, now) => {
        const batches: string[] = []
        for (let start = 0; start <= starts; start++) {
          for (const day of planDays(batches, now)) {
            assert.ok(isBatchAt(day.batchAt))
            assert.ok(day.batchAt > (batches.at(-1) ?? ''))
            assert.ok(Date.parse(day.batchAt) <= now.getTime() + starts * 1000, day.batchAt)
            batches.push(day.batchAt)
          }
          assert.equal(batches.length, 3 + start)
        }
      },
    ),
    { numRuns: 50 },
  )
})
