import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { jsonRecords } from '../../../src/source/socrata/json-page.ts'

const read = (text: string, names: string[]): (string | null)[][] => [...jsonRecords(text, names)]

describe('A page in JSON', () => {
  it('gives each value as it was written', () => {
    const text = `[ {"id":"1","n":1.50,"big":12345678901234567890,"yes":true,"no":false,"nil":null,
      "place":{"type":"Point","coordinates":[-87.60,1e2], "why": "a, \\"b\\""},"text":"a\\\\\\"}{"}
,{"other":"x","id":""}]\n`
    assert.deepEqual(read(text, ['id', 'n', 'big', 'yes', 'no', 'nil', 'place', 'text']), [
      [
        '1',
        '1.50',
        '12345678901234567890',
        'true',
        'false',
        null,
        '{"type":"Point","coordinates":[-87.60,1e2],"why":"a, \\"b\\""}',
        'a\\"}{',
      ],
      ['', null, null, null, null, null, null, null],
    ])
  })

  it('may be empty', () => {
    assert.deepEqual(read('[]', ['id']), [])
    assert.deepEqual(read(' [ \n ] ', ['id']), [])
  })

  it('takes nothing that an object inherits for a value', () => {
    assert.deepEqual(read('[{"id":"1"}]', ['constructor', '__proto__']), [[null, null]])
  })

  it('is the same as what JSON.parse makes of it', () => {
    const rows = fc.array(
      fc.dictionary(
        fc.constantFrom('a', 'b', 'c'),
        fc.oneof(fc.string({ unit: 'grapheme' }), fc.boolean(), fc.constant(null)),
      ),
    )
    fc.assert(
      fc.property(rows, fc.boolean(), (written, spaced) => {
        const found = read(JSON.stringify(written, null, spaced ? 1 : 0), ['a', 'b', 'c'])
        const text = (value: unknown): unknown => (typeof value === 'boolean' ? String(value) : (value ?? null))
        assert.deepEqual(
          found,
          written.map((row) => ['a', 'b', 'c'].map((name) => text(row[name]))),
        )
      }),
    )
  })

  it('is refused wherever it is cut, and nothing that was whole is lost by an escaped quote at its end', () => {
    const text = JSON.stringify([
      { a: 'x', b: { c: [1, '"]}'] } },
      { a: '\\', b: 'end\\"' },
    ])
    for (let end = 0; end < text.length; end++)
      assert.throws(() => read(text.slice(0, end), ['a']), SyntaxError, text.slice(0, end))
    assert.equal(read(text, ['a']).length, 2)
  })

  for (const [what, text] of [
    ['a web page', '<html><body>down</body></html>'],
    ['an object', '{"error":true}'],
    ['numbers', '[1,2]'],
    ['a comma too many', '[{"a":1},]'],
    ['a comma too few', '[{"a":1} {"a":2}]'],
    ['something behind the end', '[{"a":1}] x'],
    ['broken objects', '[{"a":}]'],
    ['nothing', ''],
  ] as const) {
    it(`is refused where it is ${what}`, () => assert.throws(() => read(text, ['a']), SyntaxError))
  }
})
