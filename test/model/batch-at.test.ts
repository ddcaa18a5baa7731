import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { batchAtOf, dayOrdinal, isBatchAt, readBatchAt, secondAfter } from '../../src/model/batch-at.ts'

const moments = fc.date({
  min: new Date('1970-01-01T00:00:00Z'),
  max: new Date('2100-01-01T00:00:00Z'),
  noInvalidDate: true,
})

test('a batch is named by its UTC second, and the name reads back as itself', () => {
  fc.assert(
    fc.property(moments, (moment) => {
      const name = batchAtOf(moment)
      assert.ok(isBatchAt(name))
      assert.equal(readBatchAt(name), name)
      assert.equal(Date.parse(name), Math.floor(moment.getTime() / 1000) * 1000)
    }),
  )
})

test('names sort as times do, and a second later is the next name', () => {
  fc.assert(
    fc.property(moments, moments, (a, b) => {
      const [x, y] = [batchAtOf(a), batchAtOf(b)]
      assert.equal(x < y, Date.parse(x) < Date.parse(y))
      assert.equal(Date.parse(secondAfter(x)) - Date.parse(x), 1000)
    }),
  )
})

test('an offset means the same moment in UTC, and fractions of a second are cut off', () => {
  assert.equal(readBatchAt('2026-11-23T00:00:00-06:00'), '2026-11-23T06:00:00Z')
  assert.equal(readBatchAt('2026-11-23 06:00Z'), '2026-11-23T06:00:00Z')
  assert.equal(readBatchAt('2026-11-23T06:00:00.999Z'), '2026-11-23T06:00:00Z')
})

test('a time without a zone, a day, and nonsense name no batch', () => {
  for (const text of ['2026-11-23T06:00:00', '2026-11-23', 'yesterday', '', '2026-13-23T06:00:00Z']) {
    assert.equal(readBatchAt(text), undefined, text)
  }
})

test('a tag that only looks like a batch is none', () => {
  for (const text of ['2026-02-30T06:00:00Z', '2026-11-23T06:00:00', 'v1', '2026-11-23T06:00:00.000Z']) {
    assert.equal(isBatchAt(text), false, text)
  }
})

test('the day of a batch counts from 1970 in UTC', () => {
  assert.equal(dayOrdinal('1970-01-01T23:59:59Z'), 0)
  assert.equal(dayOrdinal('1969-12-31T23:59:59Z'), -1)
  assert.equal(dayOrdinal('2026-11-23T00:00:00Z'), 20_780)
})
