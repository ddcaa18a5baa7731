import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { asDeclared, isUnfit } from '../../src/quality/as-declared.ts'
import type { FoundColumn, StagedType } from '../../src/source/source.ts'
import { DEFINITION, openBench } from './bench.ts'

const bench = await openBench()

const STAGED = {
  string: 'text',
  long: 'long',
  int: 'long',
  double: 'double',
  boolean: 'long',
  timestamp: 'timestamp',
} as const
const FOUND = DEFINITION.columns.map(({ name, type }): FoundColumn => {
  return { name, type: STAGED[type as keyof typeof STAGED], declared: type }
})
const but = (name: string, type: StagedType): FoundColumn[] =>
  FOUND.map((one) => (one.name === name ? { ...one, type } : one))

describe('Rows as they are declared', () => {
  it('are selected from numbers and times, and from texts as they stand', async () => {
    const { select, columns } = asDeclared(DEFINITION, FOUND)!
    assert.equal(columns.find((one) => one.name === 'open')?.type, 'boolean')
    const row = `1::BIGINT AS id, TIMESTAMP '2024-03-10 02:30:00' AS "at", '82' AS code, 1::BIGINT AS open, 7::BIGINT AS ward, NULL::DOUBLE AS lat,
      '' AS note, NULL::TIMESTAMP AS seen`
    const found = await bench.engine.rows(`SELECT *, typeof(ward) AS t FROM (SELECT ${select} FROM (SELECT ${row}))`)
    const at = '2024-03-10 02:30:00'
    assert.deepEqual(found, [{ id: 1n, at, code: '82', open: true, ward: 7, lat: null, note: '', seen: null, t: 'INTEGER' }])
  })

  it('cannot hold what is none of the declared type', async () => {
    const { select } = asDeclared(DEFINITION, FOUND)!
    for (const odd of [
      '2::BIGINT AS open',
      '5000000000 AS ward',
      "TIMESTAMP '1899-12-30 00:00:00' AS seen",
      "'nan'::DOUBLE AS lat",
    ]) {
      const name = odd.split(' AS ')[1]!
      const others = FOUND.filter((one) => one.name !== name).map((one) => `NULL AS ${one.name}`)
      await assert.rejects(bench.engine.rows(`SELECT ${select} FROM (SELECT ${[odd, ...others].join(', ')})`), (error) =>
        isUnfit(error),
      )
    }
    await assert.rejects(bench.engine.rows('SELECT nothing'), (error) => !isUnfit(error))
  })

  it('are none where names differ, a column is missing or more, or a value would be converted', () => {
    assert.equal(asDeclared(DEFINITION, but('ward', 'text')), undefined)
    assert.equal(asDeclared(DEFINITION, but('lat', 'long')), undefined)
    assert.equal(asDeclared(DEFINITION, FOUND.slice(1)), undefined)
    assert.equal(asDeclared(DEFINITION, [...FOUND, { name: 'more', type: 'text', declared: '' }]), undefined)
    assert.equal(asDeclared(DEFINITION, [{ ...FOUND[0]!, name: 'ID' }, ...FOUND.slice(1)]), undefined)
  })
})

describe('A text that nothing was repaired in', () => {
  it('is read as it was found, so that its file can be taken', async () => {
    const digits = fc.stringMatching(/^[0-9. (),-]{0,9}$/)
    const texts = fc.array(
      fc.oneof(digits, fc.string(), fc.constantFrom('82', '0820', '(41.9, -87.6)', '41.9,-87.6', '820.0')),
    )
    await fc.assert(
      fc.asyncProperty(texts, async (values) => {
        for (const column of [{ code: { width: 4 } }, { code: { digits: 2 } }, { point: true }, {}]) {
          const read = await bench.read({ type: 'string', ...column }, 'text', values, false)
          read.forEach(([value, , ...repairs], i) =>
            assert.ok(value === values[i] || repairs.length > 0, `${values[i]} became ${String(value)}`),
          )
        }
      }),
      { numRuns: 30 },
    )
  })
})
