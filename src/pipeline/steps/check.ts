import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { tableSchema } from '../../lake/table.ts'
import { type CheckedRows, type CheckInput, checkRows } from '../../quality/check.ts'
import type { RunContext } from '../batch/context.ts'
import { holdIfEmpty, holdIfKeyless } from '../batch/guards.ts'
import { batchStamp, openTable, tableSpecs } from '../definition/tables.ts'
import type { ExtractOutput } from './extract.ts'

/** Parts the staged rows into good ones, typed and repaired, and quarantined ones with their reason. */
export async function checkStep(context: RunContext, extracted: ExtractOutput): Promise<CheckedRows> {
  const { engine, pipeline, mapping, batchAt } = context
  holdIfEmpty(context, extracted)
  const folder = join(context.folder, 'check')
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const checked = await checkRows({
    engine,
    parts: extracted.parts,
    definition: pipeline.source,
    raw: pipeline.raw,
    mapping,
    emptyIsNull: extracted.emptyIsNull,
    batchAt,
    folder,
    ...(extracted.first ? { landing: await landing(context, extracted) } : {}),
  })
  holdIfKeyless(context, extracted, checked)
  return checked
}

/** Where no row is there to be compared with, raw takes the good ones as they are. */
async function landing(context: RunContext, { ready }: ExtractOutput): Promise<CheckInput['landing']> {
  const raw = await openTable(context.lake, tableSpecs(context.pipeline)[0]!)
  return { stamp: batchStamp(context.batchAt), schema: tableSchema(raw), ...(ready ? { ready } : {}) }
}
