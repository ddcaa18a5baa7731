import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inWorkshop } from './staged.ts'

test('a row of many megabytes is a row', () =>
  inWorkshop(async (shop) => {
    const long = 'x"\n'.repeat(1_500_000)
    await shop.put('x.csv', `a,b\n1,"${long.replaceAll('"', '""')}"\n2,y\n`)
    const [part, malformed] = await shop.read('file:x.csv')
    assert.deepEqual([part?.rows, malformed, part?.values[1]], [2, undefined, ['2', 'y']])
    assert.ok(part?.values[0]?.[1] === long)
  }))

test('a quote that never closes in a file of many megabytes costs one line', () =>
  inWorkshop(async (shop) => {
    const tail = '12345678,abcdefgh\n'.repeat(1_200_000)
    await shop.put('x.csv', `a,b\n1,"x\n${tail}`)
    const { parts, rows } = await shop.extract('file:x.csv')
    assert.deepEqual([rows, parts.map((part) => part.rows)], [1_200_001, [1_200_000, 1]])
  }))

test('a line of more megabytes than a record may have is refused', () =>
  inWorkshop(async (shop) => {
    await shop.put('x.csv', `a,b\n1,2\n3,${'x'.repeat(17 << 20)}\n`)
    await assert.rejects(shop.extract('file:x.csv'), /row 2 is longer than 16 MiB: it is no CSV/)
  }))
