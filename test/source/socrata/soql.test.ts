import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { every, field, literal, pageParameters, planKeys } from '../../../src/source/socrata/soql.ts'
import { parseCondition } from '../../services/soql.ts'

describe('SoQL', () => {
  it('quotes texts, and only such names as need it', () => {
    assert.equal(literal("O'Hare"), "'O''Hare'")
    assert.equal(field('primary_type'), 'primary_type')
    assert.equal(field('2nd name'), '`2nd name`')
  })

  it('keeps a condition of the URL together', () => {
    assert.equal(every("a = '1' OR b = '2'", undefined), "a = '1' OR b = '2'")
    assert.equal(every("a = '1' OR b = '2'", "c = '3'"), "(a = '1' OR b = '2') AND (c = '3')")
    assert.equal(every(undefined, undefined), undefined)
  })

  it('asks for what lies behind the last row, in the order of the row identifiers', () => {
    assert.deepEqual(pageParameters({ fields: ['id', 'date'], where: "ward = '3'", after: 'row-1', limit: 9 }), {
      $select: ':id,id,date',
      $where: "(ward = '3') AND (:id > 'row-1')",
      $order: ':id',
      $limit: '9',
    })
  })
})

describe('A plan to fetch keys', () => {
  it('takes a range for keys that lie close together, and lists for others', () => {
    const close = Array.from({ length: 3000 }, (_, i) => BigInt(i * 2))
    assert.deepEqual(
      planKeys('id', close).map((piece) => piece.where),
      ['id >= 0 AND id <= 5998'],
    )
    assert.deepEqual(
      planKeys('id', [7n, 70n]).map((piece) => piece.where),
      ['id in (7,70)'],
    )
    assert.deepEqual(
      planKeys('id', [7n]).map((piece) => piece.where),
      ['id in (7)'],
    )
    assert.deepEqual(planKeys('id', []), [])
  })

  it('asks for every key once, in pieces that find it and are no longer than a URL may be', () => {
    const ascending = fc
      .uniqueArray(fc.oneof(fc.bigInt({ min: 0n, max: 3000n }), fc.bigInt({ min: 0n, max: 2n ** 53n })), { maxLength: 1200 })
      .map((keys) => keys.toSorted((a, b) => (a < b ? -1 : 1)))
    fc.assert(
      fc.property(ascending, (keys) => {
        const plan = planKeys('id', keys)
        assert.deepEqual(
          plan.flatMap((piece) => piece.keys),
          keys,
        )
        for (const { keys: asked, where } of plan) {
          assert.ok(where.length < 4100)
          const fits = parseCondition(where, ['id'])
          assert.ok(
            asked.every((key) =>
              fits(
                () => String(key),
                (_, text) => text,
              ),
            ),
          )
        }
      }),
      { numRuns: 60 },
    )
  })
})
