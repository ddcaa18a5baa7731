import { join } from 'node:path'
import type { BatchPlan } from '../../../src/engine/application.ts'
import { loadPipeline } from '../../../src/pipeline/definition/load.ts'
import { planBatch } from '../../../src/platform/spark/plan.ts'
import { jdbcReading } from '../../../src/source/mysql/jdbc.ts'
import type { FoundColumn } from '../../../src/source/source.ts'

export const CHICAGO = join(import.meta.dirname, '../../../pipelines/chicago-crimes')
export const URL = 'mysql://blotter_ro@db:3306/chicago?table=crimes'

/** The plan of a pipeline over a table as `blotter load` makes it, or with other columns. */
export async function planOf(folder = CHICAGO, columns?: readonly FoundColumn[], url = URL): Promise<BatchPlan> {
  const pipeline = await loadPipeline(folder)
  const parts = { pipeline, guards: { vanishedMax: 0.05, keylessMax: 0.001 }, mapping: {}, codeVersion: '0+test' }
  const found = columns ?? jdbcReading.declaredColumns(pipeline.source)
  return planBatch(parts, { url, columns: found }, jdbcReading.words(url, pipeline.source))
}
