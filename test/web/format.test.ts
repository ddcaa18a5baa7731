import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ago, batchTime, betweenBatches, calm, count, day, month, percent, signed, valueText } from '../../web/src/format.ts'

test('figures read with thousands apart and signs that are signs', () => {
  assert.equal(count(1234567), '1,234,567')
  assert.deepEqual([signed(412), signed(-1096), signed(0)], ['+412', '−1,096', '±0'])
  assert.deepEqual([percent(0.8876), percent(1), percent(null), percent(undefined)], ['88.8%', '100.0%', '–', '–'])
})

test('times read as they are written, in no other zone', () => {
  assert.equal(batchTime('2026-11-23T06:00:00Z'), 'Mon 23 Nov 2026, 06:00')
  assert.equal(day('2026-03-01'), '1 Mar 2026')
  assert.equal(month('2026-03'), 'Mar 2026')
  assert.equal(valueText('2025-12-31T23:54:00'), '31 Dec 2025, 23:54')
})

test('batches of one minute are told apart by their seconds', () => {
  const [one, other] = ['2026-11-23T06:00:07Z', '2026-11-23T06:00:41Z']
  assert.equal(betweenBatches(one, other), 'between Mon 23 Nov 2026, 06:00:07 and Mon 23 Nov 2026, 06:00:41')
  assert.equal(batchTime(one, [one, '2026-11-23T06:01:07Z']), 'Mon 23 Nov 2026, 06:00')
})

test('ages are told in the unit that fits', () => {
  const now = Date.parse('2026-11-25T12:00:00Z')
  const told = ['2026-11-25T12:00:30Z', '2026-11-25T11:58:00Z', '2026-11-25T09:00:00Z', '2026-11-21T12:00:00Z']
  assert.deepEqual(
    told.map((time) => ago(time, now)),
    ['just now', '2 min ago', '3 h ago', '4 days ago'],
  )
})

test('capitals are calmed where they are words, and left where they are codes', () => {
  assert.equal(calm('MOTOR VEHICLE THEFT'), 'Motor vehicle theft')
  assert.equal(calm('CTA PLATFORM'), 'CTA platform')
  assert.equal(calm('$500 AND UNDER'), '$500 and under')
  for (const code of ['025XX W FERNHURST ST', 'HH508389', '08A', '8 Chicago Lawn', 'O’Hare']) assert.equal(calm(code), code)
})

test('values without a value are a dash, and flags are words', () => {
  assert.deepEqual([null, undefined, '', true, false, 0].map(valueText), ['–', '–', '–', 'yes', 'no', '0'])
})
