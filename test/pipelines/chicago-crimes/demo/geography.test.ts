import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { type Row, rowsOf } from './read-rows.ts'

describe('The places of the demo', () => {
  let rows: Row[]
  before(() => {
    rows = [...rowsOf({ rows: 120_000, seed: 2, day: 0 })]
  })

  it('lie in the city, and in the beat’s own district', () => {
    for (const row of rows) {
      if (row.district !== '031') assert.equal(row.district, `0${row.beat.slice(0, 2)}`)
      assert.match(row.beat, /^\d{4}$/)
      if (!row.latitude || row.x_coordinate === 0) continue
      assert.ok(row.latitude > 41.6 && row.latitude < 42.1 && row.longitude! > -87.97 && row.longitude! < -87.48)
    }
    assert.equal(new Set(rows.map((row) => row.beat)).size > 260, true)
    assert.equal(new Set(rows.map((row) => row.ward)).size, 51)
    assert.equal(new Set(rows.map((row) => row.community_area).filter((area) => area)).size, 77)
  })

  it('have latitude and longitude that follow from their feet, and a text that follows from both', () => {
    for (const row of rows) {
      if (row.latitude === null || row.x_coordinate === 0) continue
      const u = (row.x_coordinate! - 1_164_000) / 1e5
      const v = (row.y_coordinate! - 1_885_000) / 1e5
      // A plane through the city's points is within some twenty metres of all of them.
      assert.ok(Math.abs(row.latitude - (41.84005 - 0.00207 * u + 0.274423 * v)) < 0.0006)
      assert.ok(Math.abs(row.longitude! - (-87.673726 + 0.367053 * u + 0.002877 * v)) < 0.0012)
      assert.equal(row.location, `(${row.latitude}, ${row.longitude})`)
    }
  })

  it('are blocks of invented streets, numbered from the city’s base lines', () => {
    for (const row of rows) {
      assert.match(row.block.toUpperCase(), /^(0000X|\d{3}XX) [NSEW] [A-Z]+ (AVE|DR|ST|PL)$/)
      if (!row.y_coordinate) continue
      const [number, way] = row.block.split(' ')
      const feet = way === 'N' || way === 'S' ? row.y_coordinate - 1_900_300 : row.x_coordinate! - 1_176_360
      assert.ok(Math.abs(Math.abs(feet) / 660 - Number(number!.slice(0, 3))) < 1.5, `${row.block} lies ${feet} feet away`)
    }
  })

  it('are uneven: few blocks see much', () => {
    const counts = new Map<string, number>()
    for (const { block } of rows) counts.set(block, (counts.get(block) ?? 0) + 1)
    const ranked = [...counts.values()].sort((a, b) => b - a)
    const top = ranked.slice(0, Math.floor(ranked.length / 10)).reduce((sum, count) => sum + count, 0)
    assert.ok(top / rows.length > 0.35, `the tenth that sees most sees ${top / rows.length}`)
    assert.ok(ranked[0]! / rows.length < 0.006)
  })
})
