import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { DuckDBTimestampValue } from '@duckdb/node-api'
import fc from 'fast-check'
import { microsOf } from '../../../src/engine/duckdb/micros.ts'

describe('The microseconds of a wall clock', () => {
  it('are those that DuckDB shows as the same text, in any century', () => {
    const date = fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
    fc.assert(
      fc.property(date, fc.constantFrom('', '.5', '.000001'), (at, fraction) => {
        const text = `${at.toISOString().slice(0, 19).replace('T', ' ')}${fraction}`
        assert.equal(new DuckDBTimestampValue(BigInt(microsOf(text))).toString(), text)
      }),
    )
  })

  it('of a date are those of its midnight', () => {
    assert.equal(BigInt(microsOf('1970-01-02')), 86_400_000_000n)
    assert.equal(microsOf('1950-06-01 00:00:00'), Number(microsOf('1950-06-01')))
  })

  it('are none where nothing of the kind stands there', () => {
    for (const text of ['', 'yesterday', '2024-13-01', '2024-01-01 25:00:00', '2024-01-01 00:61:00', '2024-01-01 0x:00:00'])
      assert.throws(() => microsOf(text), RangeError, text)
  })
})
