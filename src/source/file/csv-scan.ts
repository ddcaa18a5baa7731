import type { FoundColumn } from '../source.ts'
import { type TextForm, textBytes, unreadable } from './bytes.ts'
import { type CsvHeader, refuseOtherEncoding } from './csv-header.ts'
import { type BlockScan, findRecord, scanBlock } from './csv-records.ts'
import type { FoundFile } from './find.ts'
import { endIfAborted } from './interruption.ts'
import type { StageJob } from './reader.ts'

/** A record may be this long; one more is no record but a quote that never closes, or no CSV. */
const RECORD_BYTES = 16 << 20

/** All that the staging of one CSV file is about. */
export interface CsvWork {
  file: FoundFile
  form: TextForm
  header: CsvHeader
  columns: FoundColumn[]
  job: StageJob
}

/** What the scan found in the whole file, header left out. */
export type CsvTotals = Omit<BlockScan, 'consumed' | 'pieces'>

const ADDED = ['good', 'odd', 'malformed', 'blank', 'valueBytes'] as const

/**
 * Walks over all records but the header, a block at a time; `visit` may keep nothing of a block. Without `visit` it tells
 * the progress. Throws `source_file_unreadable` for text that is not UTF-8 and for a record of more than 16 MiB.
 */
export async function scanCsv(work: CsvWork, visit?: (block: Buffer, scan: BlockScan) => Promise<void>): Promise<CsvTotals> {
  const { file, form, header, job } = work
  const totals: CsvTotals = { good: 0, odd: 0, malformed: 0, blank: 0, valueBytes: 0, longest: 0 }
  let inHeader = true
  const take = async (bytes: Buffer, final: boolean): Promise<Buffer> => {
    endIfAborted(job.signal)
    const from = inHeader ? headerEnd(bytes, header, final) : 0
    if (from === undefined) return bytes
    inHeader = false
    const block = bytes.subarray(from)
    const found = scanBlock(block, header.shape, final, block.length >= RECORD_BYTES)
    if (found.consumed === 0 && block.length >= RECORD_BYTES) {
      const row = totals.good + totals.malformed + 1
      throw unreadable(file, `row ${row} is longer than ${RECORD_BYTES >> 20} MiB: it is no CSV`)
    }
    refuseOtherEncoding(file, soundPart(block, found), totals.good + totals.malformed + totals.blank + 2)
    for (const name of ADDED) totals[name] += found[name]
    totals.longest = Math.max(totals.longest, found.longest)
    if (visit) await visit(block, found)
    else job.progress(totals.good + totals.malformed)
    return block.subarray(found.consumed)
  }
  let carry: Buffer = Buffer.alloc(0)
  for await (const chunk of textBytes(file, form)) {
    carry = await take(carry.length === 0 ? chunk : Buffer.concat([carry, chunk]), false)
  }
  await take(carry, true)
  return totals
}

/** A cut file may end within a character; that row is malformed already and no reason to doubt the encoding. */
function soundPart(block: Buffer, found: BlockScan): Buffer {
  const last = found.pieces.at(-1)
  return block.subarray(0, last?.kind === 'malformed' && last.to === found.consumed ? last.from : found.consumed)
}

function headerEnd(block: Buffer, header: CsvHeader, final: boolean): number | undefined {
  let from = 0
  while (block[from] === 10 || block[from] === 13) from++
  const record = findRecord(block, from, header.shape.delimiter, final)
  return record.state === 'whole' ? record.next : undefined
}
