/**
 * Finds the records of a CSV text (RFC 4180) in a block of bytes and says which of them hold as many fields as the header.
 *
 * A record ends at LF, CRLF or CR outside quotes. A quote opens a field only as its first byte; elsewhere in an unquoted
 * field it stands for itself. Where quoting is broken (something follows a closing quote, or a quote never closes) the
 * first line alone is malformed and reading goes on behind it, so that one stray quote costs one row and not the rest.
 */

export interface CsvShape {
  /** The byte between fields. */
  delimiter: number
  /** Fields of a good record: as many as the header has. */
  fields: number
  /** How records of this file end; one that ends otherwise is `odd`. */
  terminator: Terminator
}

export type Terminator = 'lf' | 'crlf' | 'cr' | 'none'

/** `good`: bytes of whole records, terminators included. `odd`: one good record that other readers read otherwise.
 * `malformed`: one record with too few or too many fields, or broken quoting. The latter two without terminator. */
export interface Piece {
  kind: 'good' | 'odd' | 'malformed'
  from: number
  to: number
}

export interface BlockScan {
  /** Bytes that belong to whole records; the rest belongs in front of the next block. */
  consumed: number
  /** Good records, odd ones among them. */
  good: number
  odd: number
  malformed: number
  blank: number
  /** Bytes of all values of good records, without quotes that only quote. */
  valueBytes: number
  /** Bytes of the longest good record. */
  longest: number
  pieces: Piece[]
}

const QUOTE = 34
const LF = 10
const CR = 13

/** What was found at one place; one object is used for all records of a block, for speed. */
interface Found {
  state: 'whole' | 'open' | 'broken'
  end: number
  next: number
  fields: number
  quotes: number
  stray: boolean
  terminator: Terminator
}

/** The record at `from`; `final` says that nothing follows the block. */
export function findRecord(block: Buffer, from: number, delimiter: number, final: boolean, found: Found = blank()): Found {
  const length = block.length
  found.fields = 1
  found.quotes = 0
  found.stray = false
  let at = from
  for (;;) {
    if (at < length && block[at] === QUOTE) {
      at = afterQuoted(block, at, found)
      if (at < 0 || (at === length && !final)) return stop(found, 'open')
      if (at < length && block[at] !== delimiter && block[at] !== LF && block[at] !== CR) return stop(found, 'broken')
    } else {
      let byte = 0
      while (at < length && (byte = block[at]!) !== delimiter && byte !== LF && byte !== CR) {
        if (byte === QUOTE) found.stray = true
        at++
      }
    }
    if (at === length) return final ? ended(found, at, at, 'none') : stop(found, 'open')
    if (block[at] === delimiter) {
      found.fields++
      at++
    } else if (block[at] === LF) return ended(found, at, at + 1, 'lf')
    else if (at + 1 === length && !final) return stop(found, 'open')
    else return block[at + 1] === LF ? ended(found, at, at + 2, 'crlf') : ended(found, at, at + 1, 'cr')
  }
}

/** The place behind the closing quote of the field that opens at `at`; -1 if the block ends inside it. */
function afterQuoted(block: Buffer, at: number, found: Found): number {
  const length = block.length
  found.quotes++
  for (let i = at + 1; i < length; i++) {
    if (block[i] !== QUOTE) continue
    found.quotes++
    if (block[i + 1] !== QUOTE) return i + 1
    i++
  }
  return -1
}

const blank = (): Found => ({ state: 'open', end: 0, next: 0, fields: 1, quotes: 0, stray: false, terminator: 'none' })

function stop(found: Found, state: 'open' | 'broken'): Found {
  found.state = state
  return found
}

function ended(found: Found, end: number, next: number, terminator: Terminator): Found {
  found.state = 'whole'
  found.end = end
  found.next = next
  found.terminator = terminator
  return found
}

/**
 * Every record of a block that begins with a record. `final`: nothing follows. `full`: the block is as long as a record may
 * be, so that a quote which opens in its first record and is still open counts as never closed.
 */
export function scanBlock(block: Buffer, shape: CsvShape, final: boolean, full: boolean): BlockScan {
  const scan: BlockScan = { consumed: 0, good: 0, odd: 0, malformed: 0, blank: 0, valueBytes: 0, longest: 0, pieces: [] }
  const found = blank()
  const sound = final ? block.length - brokenCharacterBytes(block) : block.length
  let at = 0
  let goodFrom = 0
  const piece = (kind: 'odd' | 'malformed' | 'blank', from: number, to: number, next: number): void => {
    if (goodFrom < from) scan.pieces.push({ kind: 'good', from: goodFrom, to: from })
    if (kind !== 'blank') scan.pieces.push({ kind, from, to })
    scan[kind]++
    goodFrom = next
  }
  while (at < block.length) {
    findRecord(block, at, shape.delimiter, final, found)
    if (found.state === 'open' && !final && !(full && at === 0)) break
    if (found.state !== 'whole') {
      const end = lineEnd(block, at)
      // Where the line ends, and by which sign, may stand in the next block only.
      if (!final && end >= block.length - 1 && block[end] !== LF) break
      const next = end + (block[end] === CR && block[end + 1] === LF ? 2 : 1)
      piece('malformed', at, end, next)
      at = next
      continue
    }
    if (found.end === at) piece('blank', at, at, found.next)
    else if (found.fields !== shape.fields || found.end > sound) piece('malformed', at, found.end, found.next)
    else {
      scan.good++
      scan.valueBytes += found.end - at - (found.fields - 1) - found.quotes
      scan.longest = Math.max(scan.longest, found.next - at)
      if (found.stray || !sameEnd(found.terminator, shape.terminator)) piece('odd', at, found.end, found.next)
    }
    at = found.next
  }
  scan.consumed = Math.min(at, block.length)
  if (goodFrom < scan.consumed) scan.pieces.push({ kind: 'good', from: goodFrom, to: scan.consumed })
  return scan
}

function sameEnd(found: Terminator, expected: Terminator): boolean {
  return found === expected || found === 'none' || expected === 'none'
}

/** Where the line at `from` ends, quotes or not. */
function lineEnd(block: Buffer, from: number): number {
  for (let i = from; i < block.length; i++) if (block[i] === LF || block[i] === CR) return i
  return block.length
}

/** Bytes at the end that begin a UTF-8 character and do not finish it: what a cut file ends with. */
function brokenCharacterBytes(block: Buffer): number {
  for (let back = 1; back <= Math.min(3, block.length); back++) {
    const byte = block[block.length - back]!
    if (byte < 0x80) return 0
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0
  }
  return 0
}

/** The fields of one record as text; where quoting is broken, what follows a closing quote belongs to the field. */
export function fieldsOf(record: string, delimiter: string): string[] {
  const fields: string[] = []
  for (let at = 0; ;) {
    let field = ''
    if (record[at] === '"') {
      at++
      for (;;) {
        const quote = record.indexOf('"', at)
        field += record.slice(at, quote < 0 ? record.length : quote)
        at = quote < 0 ? record.length : quote + 1
        if (record[at] !== '"' || quote < 0) break
        field += '"'
        at++
      }
    }
    const end = record.indexOf(delimiter, at)
    fields.push(field + record.slice(at, end < 0 ? record.length : end))
    if (end < 0) return fields
    at = end + 1
  }
}

/** A record as every reader of RFC 4180 understands it: all fields quoted. */
export function quotedRecord(fields: readonly string[], delimiter: string): string {
  return fields.map((field) => `"${field.replaceAll('"', '""')}"`).join(delimiter)
}
