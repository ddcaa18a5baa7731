import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { inWorkshop, type ReadPart, type Workshop } from './staged.ts'

const good = (parts: readonly ReadPart[]): unknown[][] => parts.filter((part) => !part.rule).flatMap((part) => part.values)
const bad = (parts: readonly ReadPart[]): unknown[][] => parts.filter((part) => part.rule).flatMap((part) => part.values)
const lines = (parts: readonly ReadPart[]): unknown[] => bad(parts).map((row) => row.at(-1))

/** What is read of one file with this content: good rows, and the lines of the malformed ones. */
async function reading(shop: Workshop, content: string | Uint8Array, name = 'x.csv'): Promise<[unknown[][], unknown[]]> {
  await shop.put(name, content)
  const parts = await shop.read(`file:${name}`)
  return [good(parts), lines(parts)]
}

const SHAPES: readonly [string, string | Uint8Array, unknown[][], string[]][] = [
  [
    'an empty field is an empty text, quoted or not',
    'a,b\n,""\n1,NULL\n',
    [
      ['', ''],
      ['1', 'NULL'],
    ],
    [],
  ],
  [
    'zeros, spaces and signs stay',
    'a,b\n007, x \n1e5,\t-0.0\n',
    [
      ['007', ' x '],
      ['1e5', '\t-0.0'],
    ],
    [],
  ],
  [
    'CRLF ends a row and is kept inside quotes',
    'a,b\r\n1,"x\r\ny"\r\n2,z\r\n',
    [
      ['1', 'x\r\ny'],
      ['2', 'z'],
    ],
    [],
  ],
  [
    'CR alone ends a row',
    'a,b\r1,2\r3,4\r',
    [
      ['1', '2'],
      ['3', '4'],
    ],
    [],
  ],
  [
    'mixed line ends are line ends',
    'a,b\r\n1,2\n3,"4"\r5,6',
    [
      ['1', '2'],
      ['3', '4'],
      ['5', '6'],
    ],
    [],
  ],
  [
    'blank lines hold nothing',
    'a,b\n\n1,2\n\n\n3,4\n\n',
    [
      ['1', '2'],
      ['3', '4'],
    ],
    [],
  ],
  ['blank lines in one column hold nothing', 'a\n\n1\n\n2\n', [['1'], ['2']], []],
  ['blank lines in front of the header hold nothing', '\n\na,b\n1,2\n', [['1', '2']], []],
  [
    'the last line needs no end',
    'a,b\n1,2\n3,4',
    [
      ['1', '2'],
      ['3', '4'],
    ],
    [],
  ],
  ['a semicolon may divide', 'a;b\n1;2,5\n', [['1', '2,5']], []],
  ['a tab may divide', 'a\tb\n1\t"2\t"\n', [['1', '2\t']], []],
  ['a bar may divide', 'a|b\n1|2\n', [['1', '2']], []],
  [
    'the rows decide which sign divides',
    'a;b,c\n1;2\n3;4\n',
    [
      ['1', '2'],
      ['3', '4'],
    ],
    [],
  ],
  [
    'a quote within an unquoted field is itself',
    'a,b\n1,CTA "L" x\n2, "y" \n',
    [
      ['1', 'CTA "L" x'],
      ['2', ' "y" '],
    ],
    [],
  ],
  ['a doubled quote is one', 'a,b\n1,"CTA ""L"""\n', [['1', 'CTA "L"']], []],
  ['a mark of byte order is none of the name', '\ufeff"a",b\n1,2\n', [['1', '2']], []],
  ['a quoted name may hold line ends', '"a\nz",b\n1,2\n', [['1', '2']], []],
  ['other writing systems stay', 'a,b\nßé漢🚓,2\n', [['ßé漢🚓', '2']], []],
  ['only a header is no row', 'a,b\n', [], []],
  ['only a header without line end is no row', 'a,b', [], []],
  ['too few fields go aside', 'a,b,c\n1,2\n3,4,5\n', [['3', '4', '5']], ['1,2']],
  ['too many fields go aside', 'a,b\n1,2,3\n4,5\n', [['4', '5']], ['1,2,3']],
  ['an empty field too many goes aside', 'a,b\n1,2,\n4,5\n', [['4', '5']], ['1,2,']],
  ['only malformed rows leave no good one', 'a,b\n1\n2\n', [], ['1', '2']],
  ['unescaped quotes go aside, that line alone', 'a,b\n1,"CTA "L", x"\n2,y\n', [['2', 'y']], ['1,"CTA "L", x"']],
  [
    'a quote that never closes costs one line',
    'a,b\n1,"x\n2,y\n3,z\n',
    [
      ['2', 'y'],
      ['3', 'z'],
    ],
    ['1,"x'],
  ],
  [
    'a quote that closes in another row costs one line',
    'a,b\n1,"x\n2,"y"\n3,z\n',
    [
      ['2', 'y'],
      ['3', 'z'],
    ],
    ['1,"x'],
  ],
  [
    'a file cut within a character keeps what was there',
    Buffer.from('a,b\n1,2\n3,é').subarray(0, -1),
    [['1', '2']],
    ['3,\ufffd'],
  ],
  [
    'several gzip members are one text',
    Buffer.concat([gzipSync('a,b\n1,2\n'), gzipSync('3,4\n')]),
    [
      ['1', '2'],
      ['3', '4'],
    ],
    [],
  ],
  [
    'several zstd frames are one text',
    Buffer.concat([zstdCompressSync(Buffer.from('a,b\n1,2\n')), zstdCompressSync(Buffer.from('3,4\n'))]),
    [
      ['1', '2'],
      ['3', '4'],
    ],
    [],
  ],
  ['UTF-16 with its mark is read as such', Buffer.from('\ufeffa\tb\r\n1\té\r\n', 'utf16le'), [['1', 'é']], []],
]

for (const [what, content, rows, malformed] of SHAPES) {
  test(`in CSV ${what}`, () => inWorkshop(async (shop) => assert.deepEqual(await reading(shop, content), [rows, malformed])))
}

test('Windows-1252 is read when the URL says so', () =>
  inWorkshop(async ({ put, read }) => {
    await put('x.csv', Buffer.from('a,b\n1,\x93CAF\xc9\x94 \x80\n', 'latin1'))
    assert.deepEqual(good(await read('file:x.csv?encoding=windows-1252')), [['1', '“CAFÉ” €']])
  }))

// A writer and a reader that know nothing of the code under test: the writer remembers what it meant.
const FIELD = fc.oneof(
  fc.constantFrom('', ' ', '"', '""', 'NULL', '\\', '\\"', "'", '#', '0', ',', ';', '\t', '|', 'a,b'),
  fc.constantFrom('é', '漢', '🚓', '\n', '\r\n', '\r', '\u2028'),
  fc.string({ unit: fc.constantFrom(...'ab01", ;|\t\n\r\'\\é漢'), maxLength: 8 }),
)

interface Written {
  text: string
  /** Undefined for a line that is malformed on purpose. */
  row?: string[]
}

const record = (width: number, delimiter: string): fc.Arbitrary<Written> => {
  const cell = fc.tuple(FIELD, fc.boolean()).map(([value, quote]) => {
    const must = /^"|[\r\n]/.test(value) || value.includes(delimiter)
    return { value, text: quote || must || value === '' ? `"${value.replaceAll('"', '""')}"` : value }
  })
  const cells = (n: number) => fc.array(cell, { minLength: n, maxLength: n })
  const joined = (row: { text: string }[]): string => row.map((c) => c.text).join(delimiter)
  const whole = cells(width).map((row) => ({ text: joined(row), row: row.map((c) => c.value) }))
  const wrong = fc.constantFrom(...[width - 1, width + 1, width + 3].filter((n) => n > 0))
  const malformed = wrong.chain(cells).map((row) => ({ text: joined(row) }))
  const unquoted = cells(width).map((row) => joined(row).replaceAll(/[\r\n"]/g, ''))
  const broken = unquoted.map((text) => ({ text: `${text}${delimiter}"x"y` }))
  return fc.oneof({ weight: 12, arbitrary: whole }, { weight: 2, arbitrary: malformed }, { weight: 1, arbitrary: broken })
}

const FILE = fc
  .record({ width: fc.integer({ min: 1, max: 5 }), sign: fc.constantFrom(',', ';', '\t', '|') })
  // One column gives no sign to find.
  .map(({ width, sign }) => ({ width, delimiter: width === 1 ? ',' : sign }))
  .chain(({ width, delimiter }) =>
    fc.record({
      width: fc.constant(width),
      delimiter: fc.constant(delimiter),
      records: fc.array(record(width, delimiter), { maxLength: 30 }),
      ends: fc.oneof(fc.constant(['\n']), fc.constant(['\r\n']), fc.constant(['\r']), fc.constant(['\n', '\r\n'])),
      lastEnd: fc.boolean(),
      bom: fc.boolean(),
      pack: fc.constantFrom('', '.gz', '.zst'),
    }),
  )

test('whatever a naive writer writes comes back value by value, and every malformed line is counted', () =>
  inWorkshop(async ({ put, read }) => {
    let n = 0
    const property = fc.asyncProperty(FILE, async ({ width, delimiter, records, ends, lastEnd, bom, pack }) => {
      const header = Array.from({ length: width }, (_, i) => `"col${delimiter}${i}"`).join(delimiter)
      const texts = [header, ...records.map((one) => one.text)]
      const text = texts.map((one, i) => one + (i < texts.length - 1 || lastEnd ? ends[i % ends.length] : '')).join('')
      const bytes = Buffer.from((bom ? '\ufeff' : '') + text)
      const name = `${++n}.csv${pack}`
      await put(name, pack === '.gz' ? gzipSync(bytes) : pack === '.zst' ? zstdCompressSync(bytes) : bytes)
      const parts = await read(`file:${name}`)
      assert.deepEqual(
        good(parts),
        records.flatMap((one) => (one.row ? [one.row] : [])),
      )
      assert.deepEqual(
        lines(parts),
        records.flatMap((one) => (one.row ? [] : [one.text])),
      )
    })
    await fc.assert(property, { numRuns: 150 })
  }))
