import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { BlotterError } from '../../errors.ts'
import { identifier, literal } from '../../model/sql-text.ts'
import type { FoundColumn, StagedPart } from '../source.ts'
import { type TextForm, textBytes, unreadable } from './bytes.ts'
import { type CsvHeader, LINE, readCsvHeader, refuseOtherEncoding, SURPLUS } from './csv-header.ts'
import { type BlockScan, fieldsOf, findRecord, quotedRecord, scanBlock } from './csv-records.ts'
import type { FoundFile } from './find.ts'
import { enginePath, type FileReader, type StagedFile, type StageJob } from './reader.ts'

/** A record may be this long; one more is no record but a quote that never closes, or no CSV. */
const RECORD_BYTES = 16 << 20

/**
 * A CSV file, every value as text exactly as it stands there and `''` where there is none.
 *
 * The file is read twice. The first pass, our own, finds every record, checks UTF-8 and counts. If all records are such that
 * every reader understands them alike, the engine then reads the file itself; else it reads a copy of the good ones, and
 * the malformed go to a part of their own. Either way the engine's rows and bytes must be those of the first pass.
 */
export async function openCsv(file: FoundFile, form: TextForm): Promise<FileReader> {
  const header = await readCsvHeader(file, form)
  const columns = header.names.map((name): FoundColumn => ({ name, type: 'text', declared: 'text' }))
  return {
    kind: 'CSV',
    columns,
    ...(form.compression === 'none' ? { rowsEstimate: Math.ceil(file.sizeBytes / header.rowBytes) } : {}),
    stage: (job) => stageCsv({ file, form, header, columns, job }),
  }
}

interface CsvWork {
  file: FoundFile
  form: TextForm
  header: CsvHeader
  columns: FoundColumn[]
  job: StageJob
}

interface Totals {
  good: number
  odd: number
  malformed: number
  blank: number
  valueBytes: number
  longest: number
}

async function stageCsv(work: CsvWork): Promise<StagedFile> {
  const { file, form, header, job } = work
  const totals = await scan(work)
  const simple = totals.malformed === 0 && totals.odd === 0 && (totals.blank === 0 || header.shape.fields > 1)
  const path = join(job.stage.folder, `${job.name}.parquet`)
  const good: StagedPart = { files: [path], columns: work.columns, rows: totals.good }
  const counted = totals.good + totals.malformed
  if (simple && header.plain && form.encoding === 'utf-8') {
    const select = selectFrom(work, totals, { path: file.path, header: true, compression: form.compression, parallel: true })
    if (await staged(work, totals, select, path).catch(unlessUnreadable)) return { parts: [good], rows: totals.good, counted }
    await rm(path, { force: true })
  }
  const copy = join(job.stage.folder, `${job.name}.good.csv`)
  try {
    const malformed = await separate(work, copy)
    const select = selectFrom(work, totals, { path: copy, header: false, compression: 'none', parallel: false })
    if (!(await staged(work, totals, select, path))) throw disagree(work, totals)
    return { parts: malformed ? [good, malformed] : [good], rows: totals.good + (malformed?.rows ?? 0), counted }
  } catch (error) {
    throw error instanceof BlotterError && error.code === 'query_failed' ? unreadable(file, error.message, error) : error
  } finally {
    await rm(copy, { force: true })
  }
}

/** Walks over all records but the header; `visit` may keep nothing of a block. */
async function scan(work: CsvWork, visit?: (block: Buffer, scan: BlockScan) => Promise<void>): Promise<Totals> {
  const { file, form, header, job } = work
  const totals: Totals = { good: 0, odd: 0, malformed: 0, blank: 0, valueBytes: 0, longest: 0 }
  let carry: Buffer = Buffer.alloc(0)
  let inHeader = true
  const take = async (block: Buffer, final: boolean): Promise<Buffer> => {
    job.signal.throwIfAborted()
    if (inHeader) {
      const from = headerEnd(block, header, final)
      if (from === undefined) return block
      inHeader = false
      block = block.subarray(from)
    }
    const found = scanBlock(block, header.shape, final, block.length >= RECORD_BYTES)
    if (found.consumed === 0 && block.length >= RECORD_BYTES) {
      throw unreadable(file, `row ${totals.good + totals.malformed + 1} is longer than ${RECORD_BYTES >> 20} MiB: it is no CSV`)
    }
    const before = totals.good + totals.malformed + totals.blank + 2
    refuseOtherEncoding(file, soundPart(block, found), before)
    for (const name of ['good', 'odd', 'malformed', 'blank', 'valueBytes'] as const) totals[name] += found[name]
    totals.longest = Math.max(totals.longest, found.longest)
    await visit?.(block, found)
    if (!visit) job.progress(totals.good + totals.malformed)
    return block.subarray(found.consumed)
  }
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

interface EngineInput {
  path: string
  header: boolean
  compression: string
  parallel: boolean
}

/** Nothing is left to the engine's guesses: names, types, quoting and line length are said. */
function selectFrom(work: CsvWork, totals: Totals, input: EngineInput): string {
  const names = work.columns.map((_, i) => `c${i + 1}`)
  // A NULL can only be an empty field, since `null_padding` is off.
  const values = work.columns.map((column, i) => `coalesce(${names[i]}, '') AS ${identifier(column.name)}`)
  const options = [
    'auto_detect = false',
    `columns = {${names.map((name) => `${name}: 'VARCHAR'`).join(', ')}}`,
    `header = ${input.header}`,
    `delim = ${literal(work.header.delimiter)}`,
    `quote = '"', escape = '"', nullstr = '', strict_mode = true, null_padding = false, ignore_errors = false`,
    `compression = ${literal(input.compression)}`,
    `parallel = ${input.parallel}`,
    ...(totals.longest > 1 << 20 ? [`max_line_size = ${totals.longest + 1024}, buffer_size = ${4 * totals.longest + 4096}`] : []),
  ]
  return `SELECT ${values.join(', ')} FROM read_csv(${literal(enginePath(input.path))}, ${options.join(', ')})`
}

/** Stages and says whether the engine found what the scan found: the same number of rows and of bytes in their values. */
async function staged(work: CsvWork, totals: Totals, select: string, path: string): Promise<boolean> {
  const { stage } = work.job
  const written = await stage.writeParquet(select, path)
  if (written.rows !== totals.good) return false
  const bytes = work.columns.map((column) => `sum(strlen(${identifier(column.name)}))`).join(' + ')
  const [sum] = await stage.rows(`SELECT CAST(${bytes} AS BIGINT) AS bytes FROM read_parquet(${literal(enginePath(path))})`)
  return Number(sum?.['bytes'] ?? 0) === totals.valueBytes
}

/** The engine could not read the file as it stands; the copy is tried then. */
function unlessUnreadable(error: unknown): false {
  if (error instanceof BlotterError && error.code === 'query_failed') return false
  throw error
}

function disagree(work: CsvWork, totals: Totals): BlotterError {
  return new BlotterError(
    'rows_disagree',
    `${work.file.name} holds ${totals.good} good rows, but the engine read others. Nothing was landed.`,
    { todo: 'Please report it with the file, or its first lines.', context: { file: work.file.path, rows: totals.good } },
  )
}

/** Copies the good records, quoted anew where readers differ, and stages the malformed ones; undefined if there are none. */
async function separate(work: CsvWork, copy: string): Promise<StagedPart | undefined> {
  const { header, job } = work
  const text = work.columns.map((column) => ({ name: column.name, type: 'VARCHAR' }))
  const columns = [...text, { name: SURPLUS, type: 'VARCHAR' }, { name: LINE, type: 'VARCHAR' }]
  const ending = header.shape.terminator === 'crlf' ? '\r\n' : header.shape.terminator === 'cr' ? '\r' : '\n'
  let writer: Awaited<ReturnType<typeof job.stage.chunkWriter>> | undefined
  await using output = await open(copy, 'w')
  try {
    await scan(work, async (block, found) => {
      const lines: string[] = []
      const copied: Buffer[] = []
      for (const { kind, from, to } of found.pieces) {
        if (kind === 'good') copied.push(block.subarray(from, to))
        else if (kind === 'odd') {
          const fields = fieldsOf(block.toString('utf8', from, to), header.delimiter)
          copied.push(Buffer.from(quotedRecord(fields, header.delimiter) + ending))
        } else lines.push(block.toString('utf8', from, to))
      }
      if (copied.length > 0) await output.writeFile(Buffer.concat(copied))
      if (lines.length === 0) return
      writer ??= await job.stage.chunkWriter(job.stage.folder, `${job.name}-malformed`, columns)
      await writer.write(malformedColumns(lines, header))
    })
  } catch (error) {
    await writer?.abandon()
    throw error
  }
  if (!writer) return undefined
  const { files, rows } = await writer.finish()
  const extra = [SURPLUS, LINE].map((name): FoundColumn => ({ name, type: 'text', declared: 'text' }))
  return { files, rows, columns: [...work.columns, ...extra], rule: 'few_fields' }
}

/** The fields that were there, by position; surplus ones joined again, and the line as it stood. */
function malformedColumns(lines: readonly string[], header: CsvHeader): (string | null)[][] {
  const width = header.shape.fields
  const rows = lines.map((line) => {
    const fields = fieldsOf(line, header.delimiter)
    const surplus = fields.length > width ? fields.slice(width).join(header.delimiter) : null
    return [...Array.from({ length: width }, (_, i) => fields[i] ?? null), surplus, line]
  })
  return Array.from({ length: width + 2 }, (_, column) => rows.map((row) => row[column]!))
}
