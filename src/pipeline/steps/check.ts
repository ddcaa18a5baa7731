import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { checkRows, type CheckedRows } from '../../quality/check.ts'
import type { RunContext } from '../context.ts'
import { holdIfEmpty, holdIfKeyless } from '../guards.ts'
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
  })
  holdIfKeyless(context, extracted, checked)
  return checked
}
