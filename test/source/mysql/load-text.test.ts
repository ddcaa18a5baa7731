import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { loadText } from '../../../src/source/mysql/load-text.ts'

/** What LOAD DATA makes of the text (MySQL's manual, LOAD DATA, field and line handling). */
function parsed(text: string): (string | null)[][] {
  return text
    .split(/(?<!(?<!\\)(?:\\\\)*\\)\n/)
    .slice(0, -1)
    .map((line) =>
      line.split('\t').map((field) => {
        if (field === '\\N') return null
        return field.replace(/\\(.)/g, (_, c: string) => ({ t: '\t', n: '\n', 0: '\0' })[c] ?? c)
      }),
    )
}

describe('The text for LOAD DATA', () => {
  it('has a line a row and a tab between values', () => {
    const text = loadText([
      [1n, 2n],
      ['a', null],
      [true, false],
      [0.1, -1e300],
      [undefined, ''],
    ])
    assert.equal(text.toString(), '1\ta\t1\t0.1\t\\N\n2\t\\N\t0\t-1e+300\t\n')
  })

  it('is empty for no rows', () => {
    assert.equal(loadText([]).length, 0)
    assert.equal(loadText([[], []]).length, 0)
  })

  it('is read back as what it was made of, whatever texts hold', () => {
    const value = fc.option(fc.string({ unit: fc.constantFrom('\\', '\t', '\n', '\0', 'N', 't', 'é', '😀', 'a') }))
    fc.assert(
      fc.property(fc.array(fc.tuple(value, value), { minLength: 1 }), (rows) => {
        const text = loadText([rows.map(([a]) => a), rows.map(([, b]) => b)])
        assert.deepEqual(
          parsed(text.toString()),
          rows.map((row) => [...row]),
        )
      }),
    )
  })
})
