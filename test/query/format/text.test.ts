import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Row } from '../../../src/engine/engine.ts'
import { tableText } from '../../../src/query/format/table.ts'
import { csvText, jsonText, ndjsonText } from '../../../src/query/format/text.ts'
import { cutTo, displayWidth } from '../../../src/query/format/width.ts'
import type { ResultColumn } from '../../../src/query/query.ts'

async function* chunks(...all: Row[][]): AsyncGenerator<Row[]> {
  yield* all
}

async function joined(texts: AsyncIterable<string>): Promise<string> {
  let all = ''
  for await (const text of texts) all += text
  return all
}

const COLUMNS: ResultColumn[] = [
  { name: 'id', type: 'BIGINT' },
  { name: 'note', type: 'VARCHAR' },
]

test('json is one array, its columns in the order of the query whatever their names', async () => {
  const columns = [
    { name: 'b', type: 'VARCHAR' },
    { name: '2024', type: 'INTEGER' },
  ]
  const text = await joined(jsonText(columns, chunks([{ 2024: 1, b: 'x' }], [], [{ 2024: 2, b: null }])))
  assert.equal(text, '[\n  {"b":"x","2024":1},\n  {"b":null,"2024":2}\n]\n')
  assert.equal(await joined(jsonText(columns, chunks())), '[]\n')
})

test('whole numbers beyond 2^53 are texts, what JSON has no number for is null', async () => {
  const columns = [
    { name: 'a', type: 'HUGEINT' },
    { name: 'd', type: 'DOUBLE' },
    { name: 's', type: 'STRUCT(t TIMESTAMP, l BIGINT[])' },
  ]
  const row: Row = { a: 9007199254740993n, d: Number.NaN, s: { t: '2024-03-10 02:30:00.5', l: [1n, -9007199254740993n] } }
  assert.deepEqual(JSON.parse(await joined(ndjsonText(columns, chunks([row])))), {
    a: '9007199254740993',
    d: null,
    s: { t: '2024-03-10T02:30:00.5', l: [1, '-9007199254740993'] },
  })
  const exact = await joined(ndjsonText(COLUMNS, chunks([{ id: 9007199254740991n, note: '2024-03-10 02:30:00' }])))
  assert.equal(exact, '{"id":9007199254740991,"note":"2024-03-10 02:30:00"}\n')
})

test('csv follows RFC 4180 and tells NULL from the empty text', async () => {
  const rows: Row[] = [
    { id: 1n, note: 'a "b", c\nd' },
    { id: null, note: '' },
    { id: 2n, note: null },
  ]
  assert.equal(await joined(csvText(COLUMNS, chunks(rows))), 'id,note\r\n1,"a ""b"", c\nd"\r\n,""\r\n2,\r\n')
})

test('any text survives csv and back', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 5 }), async (notes) => {
      const text = await joined(csvText(COLUMNS, chunks(notes.map((note) => ({ id: 1n, note })))))
      assert.deepEqual(
        parseCsv(text)
          .slice(1)
          .map((row) => row[1]),
        notes,
      )
    }),
    { numRuns: 50 },
  )
})

test('a table is aligned, with numbers to the right and NULL as ∅', async () => {
  const rows: Row[] = [
    { id: 1n, note: 'one' },
    { id: 1234n, note: null },
    { id: null, note: '日本' },
  ]
  const { lines, notices } = await tableText(COLUMNS, chunks(rows), { width: undefined, limit: 10 })
  assert.deepEqual(lines, ['  id  note', '────  ────', '   1  one', '1234  ∅', '   ∅  日本'])
  assert.deepEqual(notices, [])
})

test('a table is cut to the terminal and to its limit, and says so', async () => {
  const columns = ['a', 'b', 'c', 'd'].map((name) => ({ name, type: 'VARCHAR' }))
  const row: Row = { a: 'short', b: 'x'.repeat(80), c: 'y'.repeat(30), d: 'z'.repeat(30) }
  const wide = await tableText(columns, chunks([row, row]), { width: 60, limit: 1 })
  for (const line of wide.lines) assert.ok(displayWidth(line) <= 60, line)
  assert.match(wide.lines[2]!, /^short {2}x+… {2}y+… {2}z+…$/)
  assert.match(wide.notices.join(' '), /there are more/)
  const narrow = await tableText(columns, chunks([row]), { width: 24, limit: 5 })
  for (const line of narrow.lines) assert.ok(displayWidth(line) <= 24, line)
  assert.match(narrow.notices.join(' '), /^2 columns do not fit: c, d\. /)
  const { notices } = await tableText(columns.slice(0, 3), chunks([row]), { width: 24, limit: 5 })
  assert.match(notices.join(' '), /^The column c does not fit\. /)
})

test('text from a table cannot steer the terminal', async () => {
  const { lines } = await tableText(COLUMNS, chunks([{ id: 1n, note: '\u001b[31mred\nline\t\u202e' }]), {
    width: undefined,
    limit: 5,
  })
  assert.equal(lines[2]!.trim(), '1  \\u001b[31mred\\nline\\t\\u202e')
})

test('whatever is cut fits', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 30 }), (text, width) => {
      assert.ok(displayWidth(cutTo(text, width)) <= width)
    }),
  )
})

/** Reads RFC 4180 with CRLF, independently of the writer. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  let field = ''
  let quoted = false
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!
    if (quoted) {
      if (c !== '"') field += c
      else if (text[i + 1] === '"') field += text[++i]
      else quoted = false
    } else if (c === '"') quoted = true
    else if (c === ',') {
      row.push(field)
      field = ''
    } else if (c === '\r' && text[i + 1] === '\n') {
      rows.push([...row, field])
      row = []
      field = ''
      i++
    } else field += c
  }
  return rows
}
