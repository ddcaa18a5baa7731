import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inWorkshop } from './staged.ts'

test('a malformed row keeps its fields by position, its surplus joined and its line', () =>
  inWorkshop(async ({ put, read }) => {
    await put('x.csv', 'a,b\n1\n2,"3 ""x""",4,5\n6,7\n')
    const parts = await read('file:x.csv')
    assert.deepEqual(
      parts.map((part) => part.rule),
      [undefined, 'few_fields'],
    )
    assert.deepEqual(
      parts[1]?.columns.map((column) => column.name),
      ['a', 'b', '_surplus', '_line'],
    )
    assert.deepEqual(parts[1]?.values, [
      ['1', null, null, '1'],
      ['2', '3 "x"', '4,5', '2,"3 ""x""",4,5'],
    ])
  }))

test('good records around malformed ones keep their order', () =>
  inWorkshop(async ({ put, read }) => {
    const ids = Array.from({ length: 100_000 }, (_, i) => i)
    const short = (id: number): boolean => id % 1000 === 7
    const line = (id: number): string => (id % 1000 === 9 ? `${id},a "b" c\n` : `${id},"a ""b"" c"\n`)
    await put('x.csv', `id,b\n${ids.map((id) => (short(id) ? `${id}\n` : line(id))).join('')}`)
    const [good, malformed] = await read('file:x.csv')
    assert.deepEqual([good?.rows, malformed?.rows], [99_900, 100])
    assert.deepEqual(
      good?.values.map(([id]) => Number(id)),
      ids.filter((id) => !short(id)),
    )
    assert.ok(good.values.every((row) => row[1] === 'a "b" c'))
    assert.deepEqual(
      malformed?.values.map(([id]) => Number(id)),
      ids.filter(short),
    )
  }))

test('records that the engine reads otherwise are staged by hand, all of them and as they are', () =>
  inWorkshop(async ({ put, read }) => {
    // The only line end left in the good record lies within quotes, and DuckDB guesses line ends where they are CRLF.
    await put('x.csv', 'a,b,c\r\n1\r\n"","\n",x "y"')
    const [part, malformed] = await read('file:x.csv')
    assert.match(part!.files[0]!, /by-hand/)
    assert.deepEqual([part?.values, malformed?.values.length], [[['', '\n', 'x "y"']], 1])
  }))
