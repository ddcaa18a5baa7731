import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { BlotterError } from '../../errors.ts'
import type { FoundColumn, StagedPart } from '../source.ts'
import type { TextForm } from './bytes.ts'
import { stageThroughEngine, valueBytes } from './csv-engine.ts'
import { readCsvHeader } from './csv-header.ts'
import { type CsvTotals, type CsvWork, scanCsv } from './csv-scan.ts'
import { separate, stageByHand } from './csv-separate.ts'
import type { FoundFile } from './find.ts'
import type { FileReader, StagedFile } from './reader.ts'

/**
 * A CSV file, every value as text exactly as it stands there and `''` where there is none.
 *
 * The file is read twice. The first pass, our own, finds every record, checks UTF-8 and counts. If all records are such that
 * every reader understands them alike, the engine then reads the file itself; else it reads a copy of the good ones, and the
 * malformed go to a part of their own. Either way the engine must find the rows and bytes that the first pass found, or the
 * values are taken from our own reading.
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

async function stageCsv(work: CsvWork): Promise<StagedFile> {
  const { job, columns } = work
  const totals = await scanCsv(work)
  const counted = totals.good + totals.malformed
  const path = join(job.stage.folder, `${job.name}.parquet`)
  if (readableAsItIs(work, totals)) {
    const itself = { path: work.file.path, header: true, compression: work.form.compression }
    if (await stageThroughEngine(work, totals, itself, path)) {
      return { parts: [{ files: [path], columns, rows: totals.good }], rows: totals.good, counted }
    }
  }
  const copy = join(job.stage.folder, `${job.name}.good.csv`)
  try {
    const malformed = await separate(work, copy)
    const input = { path: copy, header: false, compression: 'none' }
    const good = (await stageThroughEngine(work, totals, input, path)) ? [path] : await byHand(work, totals, path)
    const parts: StagedPart[] = [{ files: good, columns, rows: totals.good }]
    if (malformed) parts.push(malformed)
    return { parts, rows: totals.good + (malformed?.rows ?? 0), counted }
  } finally {
    await rm(copy, { force: true })
  }
}

function readableAsItIs({ form, header }: CsvWork, totals: CsvTotals): boolean {
  if (form.encoding !== 'utf-8' || !header.plain) return false
  return totals.malformed === 0 && totals.odd === 0 && (totals.blank === 0 || header.shape.fields > 1)
}

async function byHand(work: CsvWork, totals: CsvTotals, failed: string): Promise<string[]> {
  await rm(failed, { force: true })
  const { files, rows } = await stageByHand(work)
  if (rows === totals.good && (await valueBytes(work, files)) === totals.valueBytes) return files
  const message = `${work.file.name} holds ${totals.good} good rows, but ${rows} or others were staged.`
  throw new BlotterError('rows_disagree', message, {
    todo: 'Nothing was landed. Please report it with the file, or its first lines.',
    context: { file: work.file.path, expected: totals.good, staged: rows },
  })
}
