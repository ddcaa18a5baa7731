import assert from 'node:assert/strict'
import { test } from 'node:test'
import { disorder, newestContents, repeatedKeys } from '../../src/quality/duplicates.ts'
import { DEFINITION, openBench } from './bench.ts'

const bench = await openBench()
const definition = { ...DEFINITION, columns: DEFINITION.columns.filter(({ name }) => ['id', 'note', 'seen'].includes(name)) }

function rows(...values: readonly (readonly [id: number | null, note: string, seen: string | null])[]): string {
  const literals = values.map(([id, note, seen]) => `(${id}::BIGINT, '${note}', ${seen ? `'${seen}'` : null}::TIMESTAMP)`)
  return `SELECT * FROM (VALUES ${literals.join(', ')}) t(id, note, seen)`
}

test('rows in ascending key order have no disorder, equal and falling keys have', async () => {
  const disorderOf = async (sql: string) => (await bench.engine.rows(disorder(definition, sql)))[0]?.['disorder']
  assert.equal(await disorderOf(rows([1, 'a', null], [2, 'b', null], [null, 'c', null], [3, 'd', null])), 0n)
  assert.equal(await disorderOf(rows([1, 'a', null], [1, 'b', null], [3, 'c', null], [2, 'd', null])), 2n)
})

test('keys that stand more than once are found, rows without a key are not', async () => {
  const given = rows([1, 'a', null], [2, 'b', null], [1, 'c', null], [null, 'd', null], [null, 'e', null])
  assert.deepEqual(await bench.engine.rows(repeatedKeys(definition, given)), [{ id: 1n }])
})

test('the newest contents of each key are told, repeats once, and how many there are', async () => {
  const [old, late] = ['2024-01-01', '2024-02-01']
  const sql = newestContents(
    definition,
    rows(
      [1, 'old', old],
      [1, 'late', late],
      [1, 'late', late],
      [2, 'one', late],
      [2, 'two', late],
      [2, 'old', old],
      [3, 'dated', old],
      [3, 'never', null],
      [4, 'never', null],
      [4, 'ever', null],
    ),
  )
  const found = await bench.engine.rows(`SELECT id, note, contents FROM (${sql}) ORDER BY id, note`)
  assert.deepEqual(
    found.map((row) => [Number(row['id']), row['note'], Number(row['contents'])]),
    [
      [1, 'late', 1],
      [2, 'one', 2],
      [2, 'two', 2],
      [3, 'dated', 1],
      [4, 'ever', 2],
      [4, 'never', 2],
    ],
  )
})
