import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import definition from '../../../../pipelines/chicago-crimes/0-source.ts'
import { openCity } from '../../../../pipelines/chicago-crimes/demo/city.ts'
import { incidents } from '../../../../pipelines/chicago-crimes/demo/incidents.ts'
import { COLUMNS, rowAt, type Row, rowsOf } from './read-rows.ts'

const TYPES: Record<string, (value: unknown) => boolean> = {
  long: (value) => typeof value === 'bigint',
  int: (value) => Number.isInteger(value),
  double: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  string: (value) => typeof value === 'string' && value !== '' && value === value.trim(),
  timestamp: (value) => /^\d{4}-[01]\d-[0-3]\d [0-2]\d:[0-5]\d:[0-5]\d$/.test(String(value)),
}

describe('The incidents of the demo', () => {
  it('are the columns of the source, of its types, in chunks of a few thousand', () => {
    for (const chunk of incidents.incidents({ rows: 30_000, seed: 3, day: 2 })) {
      assert.ok(chunk.rows > 0 && chunk.rows <= 4096)
      assert.equal(chunk.columns.length, definition.columns.length)
      chunk.columns.forEach((column, c) => {
        const { name, type } = definition.columns[c]!
        assert.equal(column.length, chunk.rows)
        const wrong = column.find((value) => value !== null && !TYPES[type]!(value))
        assert.equal(wrong, undefined, `${name} is not ${type}: ${String(wrong)}`)
        if (definition.required.includes(name) || name === definition.cursor) assert.ok(!column.includes(null), name)
      })
    }
  })

  it('are as many as were asked for on day 0', () => {
    for (const rows of [0, 1, 2, 10, 100, 2048, 5000]) {
      assert.equal([...rowsOf({ rows, seed: 1, day: 0 })].length, rows)
    }
  })

  it('have unique ids that ascend, however dense, on every day', () => {
    const cities = [
      { rows: 7, seed: 1, day: 366 },
      { rows: 4000, seed: 2, day: 30 },
      { rows: 60_000, seed: 1, day: 1 },
    ]
    for (const options of cities) {
      let last = 0n
      for (const { id } of rowsOf(options)) {
        assert.ok(id > last, `${id} comes after ${last}`)
        last = id
      }
    }
    const dense = openCity({ rows: 30_000_000, seed: 1, day: 3 })
    for (const from of [0, 20_000, 9_000_000, 29_990_000, dense.places - 9000]) {
      const ids = dense.chunk(from, 9000).columns[0] as bigint[]
      assert.ok(ids.every((id, i) => i === 0 || id > ids[i - 1]!))
    }
  })

  it('are the same however they are asked for', () => {
    const options = { rows: 9000, seed: 7, day: 5 }
    const whole = [...rowsOf(options)]
    const city = openCity(options)
    for (const size of [1, 17, 1000, 8191, 100_000]) {
      const rows: Row[] = []
      for (let from = 0; from < city.places; from += size) {
        const chunk = city.chunk(from, size)
        for (let at = 0; at < chunk.rows; at++) rows.push(rowAt(chunk, at))
      }
      assert.equal(rows.length, whole.length)
      assert.ok(
        rows.every((row, i) => COLUMNS.every((name) => row[name] === whole[i]![name])),
        `by ${size}`,
      )
    }
  })

  it('are others for another seed', () => {
    const dates = (seed: number): string[] => [...rowsOf({ rows: 1000, seed, day: 0 })].map((row) => row.date)
    const [one, two, far] = [dates(1), dates(2), dates(2 ** 32 - 1)]
    assert.ok(one.filter((date, i) => date === two[i]).length < 20)
    assert.ok(one.filter((date, i) => date === far[i]).length < 20)
  })

  it('are a hundred million if need be, the last as near as the first', () => {
    const before = process.memoryUsage().rss
    const city = openCity({ rows: 100_000_000, seed: 1, day: 2 })
    const [first, last] = [city.chunk(0, 2048), city.chunk(city.places - 2048, 2048)]
    assert.ok(city.places > 100_000_000 && city.places < 100_100_000)
    assert.equal(rowAt(first, 0).year, 2001)
    assert.equal(rowAt(last, last.rows - 1).date.slice(0, 10) <= '2026-11-15', true)
    assert.ok(rowAt(last, last.rows - 1).id > 100_000_000n)
    assert.ok(process.memoryUsage().rss - before < 200_000_000)
  })

  it('come fast', (context) => {
    const begun = process.hrtime.bigint()
    let rows = 0
    for (const chunk of incidents.incidents({ rows: 300_000, seed: 1, day: 0 })) rows += chunk.rows
    const seconds = Number(process.hrtime.bigint() - begun) / 1e9
    context.diagnostic(`${rows} rows in ${seconds.toFixed(2)} s: ${Math.round(rows / seconds)} rows a second`)
    assert.equal(rows, 300_000)
  })
})
