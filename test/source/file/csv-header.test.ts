import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inWorkshop } from './staged.ts'

test('names are trimmed and made unique, and a column without one gets its place for a name', () =>
  inWorkshop(async ({ put, read }) => {
    await put('x.csv', ',ID,Case Number,case_number,id_2,ID,_line,\n0,1,2,3,4,5,6,7\n')
    const [part] = await read('file:x.csv')
    const names = ['unnamed_1', 'ID', 'Case Number', 'case_number_2', 'id_2', 'ID_3', '_line_2', 'unnamed_8']
    assert.deepEqual(
      part?.columns.map((column) => column.name),
      names,
    )
    assert.deepEqual(part.values, [['0', '1', '2', '3', '4', '5', '6', '7']])
  }))

const REFUSED: readonly [string, string, string | Uint8Array, RegExp][] = [
  ['a file without one byte', 'x.csv', '', /x\.csv cannot be read: it is empty/],
  ['a file of blank lines', 'x.csv', '\n\n', /is empty: not even a header/],
  ['a file without header', 'x.csv', '9567561,HX218162,03/15/2014\n1,2,3\n', /looks like a row \(`9567561`\)/],
  ['a header without names', 'x.csv', ',,\n1,2,3\n', /names no column/],
  ['a picture', 'x.csv', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16, 74, 70]), /it is no text/],
  ['a workbook', 'x.csv', Buffer.from('504b0304140006', 'hex'), /ZIP archive or an Excel workbook/],
  ['a web page', 'x.csv', '<!DOCTYPE html><html>', /a web page or XML/],
  ['Windows-1252', 'x.csv', Buffer.from('a,b\n1,2\n3,CAF\xc9 \x80\n', 'latin1'), /line 3 .* not UTF-8; .*`3,CAFÉ €`/],
  ['a header in Windows-1252', 'x.csv', Buffer.from('a,d\xe9p\xf4t\n1,2\n', 'latin1'), /not UTF-8; .*`a,dépôt`/],
  ['zero bytes in the middle', 'x.csv', `a,b\n${'1,2\n'.repeat(400_000)}\0\0\n`, /holds zero bytes: the file is damaged/],
]

for (const [what, name, content, message] of REFUSED) {
  test(`as CSV ${what} is refused, with the reason`, () =>
    inWorkshop(async ({ put, extract }) => {
      await put(name, content)
      await assert.rejects(extract(`file:${name}`), (error: Error & { code?: string; todo?: string }) => {
        assert.equal(error.code, 'source_file_unreadable')
        assert.match(error.message, message)
        assert.ok(error.todo)
        return true
      })
    }))
}
