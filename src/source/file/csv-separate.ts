import { open } from 'node:fs/promises'
import type { FoundColumn, StagedPart } from '../source.ts'
import { type CsvHeader, LINE, SURPLUS } from './csv-header.ts'
import { fieldsOf, findRecord, quotedRecord } from './csv-records.ts'
import { type CsvWork, scanCsv } from './csv-scan.ts'

const CHUNK_ROWS = 2048
const LINE_END = { lf: '\n', crlf: '\r\n', cr: '\r', none: '\n' } as const

/** Copies the good records, quoted anew where readers differ, and stages the malformed ones; undefined if there are none. */
export async function separate(work: CsvWork, copy: string): Promise<StagedPart | undefined> {
  const { header, job } = work
  const extra = [SURPLUS, LINE].map((name): FoundColumn => ({ name, type: 'text', declared: 'text' }))
  const columns = [...work.columns, ...extra]
  let writer: Awaited<ReturnType<typeof textWriter>> | undefined
  await using output = await open(copy, 'w')
  try {
    await scanCsv(work, async (block, { pieces }) => {
      const lines: string[] = []
      const copied: Buffer[] = []
      for (const { kind, from, to } of pieces) {
        if (kind === 'good') copied.push(block.subarray(from, to))
        else if (kind === 'malformed') lines.push(block.toString('utf8', from, to))
        else {
          const fields = fieldsOf(block.toString('utf8', from, to), header.delimiter)
          copied.push(Buffer.from(quotedRecord(fields, header.delimiter) + LINE_END[header.shape.terminator]))
        }
      }
      if (copied.length > 0) await output.writeFile(Buffer.concat(copied))
      if (lines.length === 0) return
      writer ??= await textWriter(work, `${job.name}-malformed`, columns)
      await writer.write(
        transposed(
          lines.map((line) => malformedRow(line, header)),
          columns.length,
        ),
      )
    })
  } catch (error) {
    await writer?.abandon()
    throw error
  }
  return writer ? { ...(await writer.finish()), columns, rule: 'few_fields' } : undefined
}

/** Stages the good records without the engine's CSV reader: slower by far, and right where that one fails. */
export async function stageByHand(work: CsvWork): Promise<{ files: string[]; rows: number }> {
  const { header, job } = work
  const writer = await textWriter(work, `${job.name}-by-hand`, work.columns)
  try {
    await scanCsv(work, async (block, { pieces }) => {
      let rows: string[][] = []
      const flush = async (): Promise<void> => {
        await writer.write(transposed(rows, work.columns.length))
        rows = []
      }
      for (const { kind, from, to } of pieces) {
        for (let at = from; kind !== 'malformed' && at < to;) {
          const { end, next } = findRecord(block, at, header.shape.delimiter, true)
          rows.push(fieldsOf(block.toString('utf8', at, end), header.delimiter))
          at = next
          if (rows.length === CHUNK_ROWS) await flush()
        }
      }
      await flush()
    })
  } catch (error) {
    await writer.abandon()
    throw error
  }
  return writer.finish()
}

function textWriter({ job }: CsvWork, name: string, columns: readonly FoundColumn[]) {
  return job.stage.chunkWriter(
    job.stage.folder,
    name,
    columns.map((column) => ({ name: column.name, type: 'VARCHAR' })),
  )
}

/** The fields that were there, by position; surplus ones joined again, and the line as it stood. */
function malformedRow(line: string, header: CsvHeader): (string | null)[] {
  const width = header.shape.fields
  const fields = fieldsOf(line, header.delimiter)
  const surplus = fields.length > width ? fields.slice(width).join(header.delimiter) : null
  return [...Array.from({ length: width }, (_, i) => fields[i] ?? null), surplus, line]
}

function transposed<T>(rows: readonly (readonly T[])[], width: number): T[][] {
  return Array.from({ length: width }, (_, column) => rows.map((row) => row[column]!))
}
