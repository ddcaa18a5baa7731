import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { inWorkshop } from './staged.ts'

test('values are text as they are written, whatever their type', () =>
  inWorkshop(async ({ put, read, extract }) => {
    const rows = [
      '{"id": 12345678901234567890123, "lat": 41.50, "arrest": true, "text": "a\\u00e9\\n\\"", "none": null}',
      '{"id": -1E+5, "place": { "lat": 1.0, "say": "a, b: {c}" , "list":[ 1,\n2 ] }, "more": [], "text": ""}',
    ]
    const expected = [
      ['12345678901234567890123', '41.50', 'true', 'aé\n"', null, null, null],
      ['-1E+5', null, null, '', null, '{"lat":1.0,"say":"a, b: {c}","list":[1,2]}', '[]'],
    ]
    const texts: Record<string, string | Buffer> = {
      'array.json': `\ufeff [${rows.join(' ,\n')}]\n`,
      'lines.ndjson': rows.map((row) => row.replaceAll('\n', ' ')).join('\n'),
      'lines.jsonl.gz': gzipSync(rows.join('\r\n')),
      'array.json.zst': zstdCompressSync(Buffer.from(`[${rows.join(',')}]`)),
    }
    for (const [name, text] of Object.entries(texts)) {
      await put(name, text)
      const [part] = await read(`file:${name}`)
      const names = ['id', 'lat', 'arrest', 'text', 'none', 'place', 'more']
      assert.deepEqual(
        part?.columns.map((column) => column.name),
        names,
        name,
      )
      assert.deepEqual(part.values, expected, name)
      const { counted } = await extract(`file:${name}`)
      assert.equal(counted, name === 'array.json' ? counted : 2, name)
    }
  }))

test('names that differ only in case are two columns', () =>
  inWorkshop(async ({ put, read }) => {
    await put('x.json', '[{"id": 1, "ID": 2, "__proto__": 3, "": 4}]')
    const [part] = await read('file:x.json')
    assert.deepEqual(
      part?.columns.map((column) => column.name),
      ['id', 'ID_2', '__proto__', 'unnamed_4'],
    )
    assert.deepEqual(part.values, [['1', '2', '3', '4']])
  }))

test('an empty array is no row and no column', () =>
  inWorkshop(async ({ put, extract }) => {
    await put('x.json', ' [ ] ')
    assert.deepEqual(await extract('file:x.json'), { parts: [], rows: 0, counted: 0, columns: [] })
  }))

test('objects without members are refused, since no table can hold them', () =>
  inWorkshop(async ({ put, extract }) => {
    await put('x.json', '[{},{}]')
    await assert.rejects(extract('file:x.json'), /have no members/)
  }))

const REFUSED: readonly [string, string, RegExp][] = [
  ['an empty file of spaces', '  \n', /is empty: not even `\[\]`/],
  ['a cut array', '[{"a":1},{"a":2}', /the array ends without `\]` after object 2: the file is cut/],
  ['a cut object', '[{"a":1},{"a":"x', /object 2 is not finished: the file is cut/],
  ['a cut line', '{"a":1}\n{"a":', /object 2 is not finished/],
  ['a missing comma', '[{"a":1} {"a":2}]', /a comma is missing behind object 1/],
  ['a comma too many', '[{"a":1},]', /object 2 begins with `\]` instead of `\{`/],
  ['an array of numbers', '[1,2]', /object 1 begins with `1`/],
  ['something behind the array', '[{"a":1}] x', /something follows the array/],
  ['a damaged object', '[{"a":1},{"a":1,,}]', /object 2 is no JSON/],
  ['a number that is none', '[{"a":NaN}]', /object 1 is no JSON/],
]

for (const [what, text, message] of REFUSED) {
  test(`as JSON ${what} is refused, with the place`, () =>
    inWorkshop(async ({ put, extract }) => {
      await put('x.json', text)
      await assert.rejects(extract('file:x.json'), (error: Error & { code?: string }) => {
        assert.equal(error.code, 'source_file_unreadable')
        assert.match(error.message, message)
        return true
      })
    }))
}

test('bytes that are not UTF-8 are refused and not replaced', () =>
  inWorkshop(async ({ put, extract }) => {
    await put('x.json', Buffer.from('[{"a":"caf\xe9"}]', 'latin1'))
    await assert.rejects(extract('file:x.json'), /object 1 is no JSON/)
  }))
