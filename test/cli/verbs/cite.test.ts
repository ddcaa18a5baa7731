import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CITATION } from '../fake-citations.ts'
import { blotter } from '../fake-platform.ts'

const CHECK = {
  citation: CITATION.citation,
  batch_at: CITATION.batch_at,
  expected: { rows: 1, sha256: CITATION.sha256 },
  found: { rows: 2, sha256: 'b'.repeat(64) },
  within_rounding: false,
}

describe('blotter cite', () => {
  it('cites as of the batch that is asked for and says how to check it', async () => {
    const cited = await blotter(['cite', 'select 1', '--at', 'latest~1'])
    const [, sql, options] = cited.calls.find(([name]) => name === 'cite') as [string, string, { at: string }]
    assert.deepEqual([sql, options.at], ['select 1', 'latest~1'])
    assert.match(cited.stdout, /Citation 4f0c2a9b7d1e6358: 1 row of batch 2026-11-23T06:00:00Z/)
    assert.match(cited.stdout, /blotter cite check 4f0c2a9b7d1e6358/)
    assert.deepEqual(JSON.parse((await blotter(['cite', 'select 1', '--json'])).stdout), CITATION)
  })

  it('checks: 0 where the result is the same, 1 where it is not', async () => {
    const same = await blotter(['cite', 'check', CITATION.citation])
    assert.equal(same.exitCode, 0)
    assert.match(same.stdout, /holds: batch 2026-11-23T06:00:00Z gives the same 1 row/)
    const platform = { citeCheck: async () => ({ ...CHECK, is_same: false }) }
    const other = await blotter(['cite', 'check', CITATION.citation], { platform })
    assert.equal(other.exitCode, 1)
    assert.match(other.stdout, /does not hold[^]*cited {2}1 row[^]*found {2}2 rows/)
    const json = await blotter(['cite', 'check', CITATION.citation, '--json'], { platform })
    assert.equal(json.exitCode, 1)
    assert.deepEqual(JSON.parse(json.stdout), { ...CHECK, is_same: false })
    const rounded = { citeCheck: async () => ({ ...CHECK, is_same: true, within_rounding: true }) }
    assert.match((await blotter(['cite', 'check', 'x'], { platform: rounded })).stdout, /last digits of floating-point/)
  })

  it('lists and forgets', async () => {
    assert.match(
      (await blotter(['cite', 'list'])).stdout,
      /4f0c2a9b7d1e6358 +2026-11-23T06:00:00Z +1 +select count\(\*\) as n from raw\.crimes/,
    )
    assert.match(
      (await blotter(['cite', 'list'], { platform: { citeList: async () => [] } })).stdout,
      /Nothing has been cited yet/,
    )
    assert.match((await blotter(['cite', 'remove', CITATION.citation])).stdout, /is forgotten/)
  })

  it('without a statement is bad usage', async () => {
    assert.equal((await blotter(['cite'])).exitCode, 2)
    assert.equal((await blotter(['cite', 'check'])).exitCode, 2)
  })
})
