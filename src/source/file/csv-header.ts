import { isUtf8 } from 'node:buffer'
import { type TextForm, textHead, unreadable } from './bytes.ts'
import { type CsvShape, fieldsOf, findRecord } from './csv-records.ts'
import type { FoundFile } from './find.ts'
import { uniqueNames } from './names.ts'

/** What the first line of a CSV file says of all others. */
export interface CsvHeader {
  shape: CsvShape
  delimiter: string
  /** One for each column, unique. */
  names: string[]
  /** True if the header is the first line and one line: a reader may skip it as such. */
  plain: boolean
  /** Mean bytes of the first records. */
  rowBytes: number
}

/** Columns of a quarantined row beside those of the header. */
export const SURPLUS = '_surplus'
export const LINE = '_line'

const HEAD_BYTES = 1 << 20
const DELIMITERS = [',', ';', '\t', '|'] as const

/** Looks at the first megabyte. Throws `source_file_unreadable` for a file that is empty, no CSV, or has no header. */
export async function readCsvHeader(file: FoundFile, form: TextForm): Promise<CsvHeader> {
  const head = await textHead(file, form, HEAD_BYTES)
  refuseOther(file, head)
  const final = head.length < HEAD_BYTES
  let from = 0
  while (head[from] === 10 || head[from] === 13) from++
  if (from === head.length) throw unreadable(file, 'it is empty: not even a header is there')
  const delimiter = delimiterOf(head, from, final)
  const byte = delimiter.charCodeAt(0)
  const record = findRecord(head, from, byte, final)
  if (record.state !== 'whole') {
    throw unreadable(file, 'its first line is no header: a quote in it does not close', undefined, NO_HEADER)
  }
  refuseOtherEncoding(file, head.subarray(from, record.end), 1)
  const text = head.toString('utf8', from, record.end)
  const cells = fieldsOf(text, delimiter)
  refuseData(file, cells)
  const fields = record.fields
  return {
    shape: { delimiter: byte, fields, terminator: record.terminator },
    delimiter,
    names: uniqueNames(cells, [SURPLUS, LINE]),
    plain: from === 0 && !record.stray && !/[\r\n]/.test(text),
    rowBytes: meanBytes(head, record.next, byte),
  }
}

const NO_HEADER = 'Put the line with the column names first (`ID,Case Number,Date,…`), then run `blotter run` again.'

/** A downloaded error page, a picture, a spreadsheet: named for what it is, before it is taken for a table. */
function refuseOther(file: FoundFile, head: Buffer): void {
  if (head.length >= 4 && head.readUInt32BE(0) === 0x504b0304) {
    const todo = 'Unpack it, or save the sheet as “CSV UTF-8”.'
    throw unreadable(file, 'it is a ZIP archive or an Excel workbook', undefined, todo)
  }
  if (head.includes(0)) {
    const todo = 'If it is UTF-16, add `encoding=utf-16le` to the source URL; else export it again as CSV.'
    throw unreadable(file, 'it is no text (it holds zero bytes)', undefined, todo)
  }
  if (/^\s*<(!doctype|html|\?xml)/i.test(head.toString('latin1', 0, 200))) {
    throw unreadable(file, 'it is a web page or XML, as a failed download leaves behind')
  }
}

function refuseData(file: FoundFile, cells: readonly string[]): void {
  const data = cells.find((cell) => /^\s*([-+]?\d[\d.,]*|true|false|\d{1,4}[-/]\d{1,2}[-/]\d{1,4}\b.*)\s*$/i.test(cell))
  if (data !== undefined) {
    throw unreadable(file, `its first line looks like a row (\`${data.trim()}\`), not like a header`, undefined, NO_HEADER)
  }
  if (cells.every((cell) => cell.trim() === '')) {
    throw unreadable(file, 'its first line names no column', undefined, NO_HEADER)
  }
}

/** The delimiter under which most of the first records have as many fields as the header; of equals the one with more. */
function delimiterOf(head: Buffer, from: number, final: boolean): string {
  let best = { delimiter: ',', agree: -1, fields: 1 }
  for (const delimiter of DELIMITERS) {
    const byte = delimiter.charCodeAt(0)
    const header = findRecord(head, from, byte, final)
    const fields = header.fields
    if (header.state !== 'whole' || fields < 2) continue
    let agree = 0
    for (let at = header.next, n = 0; n < 50 && at < head.length; n++) {
      const record = findRecord(head, at, byte, final)
      if (record.state !== 'whole') break
      if (record.fields === fields) agree++
      at = record.next
    }
    if (agree > best.agree || (agree === best.agree && fields > best.fields)) best = { delimiter, agree, fields }
  }
  return best.delimiter
}

function meanBytes(head: Buffer, from: number, delimiter: number): number {
  let at = from
  let n = 0
  for (; n < 1000 && at < head.length; n++) {
    const record = findRecord(head, at, delimiter, false)
    if (record.state !== 'whole') break
    at = record.next
  }
  return n === 0 ? 100 : (at - from) / n
}

/** Throws where a block of whole records is not UTF-8, showing how the place reads in the likeliest other encoding. */
export function refuseOtherEncoding(file: FoundFile, block: Buffer, linesBefore: number): void {
  if (isUtf8(block) && !block.includes(0)) return
  let line = linesBefore
  for (let at = 0; at < block.length; line++) {
    const end = block.indexOf(10, at)
    const bytes = block.subarray(at, end < 0 ? block.length : end)
    if (bytes.includes(0)) throw unreadable(file, `line ${line} or so holds zero bytes: the file is damaged`)
    if (!isUtf8(bytes)) {
      const why = `line ${line} or so is not UTF-8; as Windows-1252 it would read \`${wordAt(bytes)}\``
      throw unreadable(file, why, undefined, OTHER_ENCODING)
    }
    at = end < 0 ? block.length : end + 1
  }
}

const OTHER_ENCODING = 'If that is right, put `?encoding=windows-1252` behind the source URL; else save the file as UTF-8.'

function wordAt(bytes: Buffer): string {
  const text = new TextDecoder('windows-1252').decode(bytes)
  const place = [...bytes].findIndex((byte, i) => byte >= 0x80 && !isUtf8(bytes.subarray(0, i + 1)))
  return text.slice(Math.max(0, place - 20), place + 20)
}
