import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { upsertCounts, upsertSql } from '../../../src/source/mysql/insert-sql.ts'

describe('The SQL of an upsert', () => {
  it('writes each value so that nothing in it can end the statement', () => {
    const columns = [
      [1n, 2n],
      ["it's \\ \0", null],
      [true, undefined],
      [0.5, 1e21],
    ]
    const [statement, ...more] = upsertSql('t', ['id', 'a', 'b', 'c'], columns, 1000)
    assert.deepEqual(more, [])
    assert.equal(
      statement!.sql,
      'INSERT INTO t (`id`, `a`, `b`, `c`) VALUES ' +
        "(1,'it\\'s \\\\ \\0',1,0.5e0),(2,NULL,NULL,1e+21) " +
        'ON DUPLICATE KEY UPDATE ' +
        '`id` = VALUES(`id`), `a` = VALUES(`a`), `b` = VALUES(`b`), `c` = VALUES(`c`)',
    )
  })

  it('is cut into statements of bounded length that hold every row once', () => {
    const keys = Array.from({ length: 1000 }, (_, i) => BigInt(i))
    const statements = [...upsertSql('t', ['id'], [keys], 200)]
    assert.ok(statements.length > 20 && statements.every(({ sql }) => sql.length < 400))
    const found = statements.flatMap(({ sql }) => [...sql.matchAll(/\((\d+)\)/g)].map(([, key]) => BigInt(key!)))
    assert.deepEqual(found, keys)
    assert.equal(
      statements.reduce((sum, { rows }) => sum + rows, 0),
      1000,
    )
  })

  it('is none for no rows', () => {
    assert.deepEqual([...upsertSql('t', ['id'], [[]], 200)], [])
  })
})

describe('The counts of an upsert', () => {
  it('follow from what the server counts', () => {
    const counts = upsertCounts(10, 3 + 2 * 4, 'Records: 10  Duplicates: 4  Warnings: 0')
    assert.deepEqual(counts, { inserted: 3, updated: 4, unchanged: 3 })
  })

  it('follow for a single row, of which the server says less', () => {
    assert.deepEqual(upsertCounts(1, 1, ''), { inserted: 1, updated: 0, unchanged: 0 })
    assert.deepEqual(upsertCounts(1, 2, ''), { inserted: 0, updated: 1, unchanged: 0 })
    assert.deepEqual(upsertCounts(1, 0, ''), { inserted: 0, updated: 0, unchanged: 1 })
  })
})
