import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { csvRecords } from '../../../src/source/socrata/csv-page.ts'

const read = (text: string, names: string[]): (string | null)[][] => [...csvRecords(text, names)]

describe('A page in CSV', () => {
  it('gives values as they stand, and NULL for none', () => {
    const text = '":id","a","b"\r\n"row-1","x, ""y""\nz",\r\nrow-2, 1 ,é\n'
    assert.deepEqual(read(text, [':id', 'a', 'b']), [
      ['row-1', 'x, "y"\nz', null],
      ['row-2', ' 1 ', 'é'],
    ])
  })

  it('may hold no record', () => assert.deepEqual(read('a,b', ['a', 'b']), []))

  it('gives back whatever was written as RFC 4180 says', () => {
    const value = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ', 'é') })
    fc.assert(
      fc.property(fc.array(fc.array(value, { minLength: 2, maxLength: 2 })), fc.constantFrom('\n', '\r\n'), (rows, end) => {
        const line = (values: string[]): string => values.map((text) => `"${text.replaceAll('"', '""')}"`).join(',') + end
        const found = read([['a', 'b'], ...rows].map(line).join(''), ['a', 'b'])
        assert.deepEqual(
          found,
          rows.map((row) => row.map((text) => (text === '' ? null : text))),
        )
      }),
    )
  })

  for (const [what, text] of [
    ['empty', ''],
    ['of other columns', 'a,c\n1,2\n'],
    ['a web page', '<!doctype html>\n<p>down</p>\n'],
    ['short of a value', 'a,b\n1\n'],
    ['longer by a value', 'a,b\n1,2,3\n'],
    ['cut inside quotes', 'a,b\n1,"2'],
    ['broken behind quotes', 'a,b\n1,"2"3\n'],
  ] as const) {
    it(`is refused where it is ${what}`, () => assert.throws(() => read(text, ['a', 'b']), SyntaxError))
  }
})
