import { interrupted } from '../../errors.ts'
import type { DemoDefinition, SourceColumn, SourceDefinition } from '../../model/pipeline.ts'
import type { ExtractOptions, Extracted, FoundColumn, Source, StagedType } from '../source.ts'
import { STAGED_SQL_TYPE } from '../source.ts'
import { type DemoOptions, parseDemoUrl } from './url.ts'

/**
 * Opens `demo://NAME?rows=300000&seed=1&day=0`: the synthetic incidents of a pipeline, the same for the same parameters.
 * `rows` is the number on day 0, up to 100 million; a later `day`, up to 366, is the same city changed. The pipeline knows
 * one city only, so that NAME is a label. Nothing is counted a second time: `counted` stays undefined.
 * Throws `source_url_invalid`.
 */
export function openDemoSource(url: string, pipeline: { definition: SourceDefinition; demo: DemoDefinition }): Source {
  const { options } = parseDemoUrl(url)
  const { columns, key } = pipeline.definition
  const found = columns.map(foundColumn)
  return {
    url,
    partial: false,
    async describe() {
      return { what: 'Synthetic incidents', columns: found, primaryKey: [key], rowsEstimate: options.rows }
    },
    async open() {
      return {
        columns: found,
        extract: (extraction) => extract(pipeline.demo, options, found, extraction),
        async [Symbol.asyncDispose]() {},
      }
    },
  }
}

async function extract(
  demo: DemoDefinition,
  options: DemoOptions,
  columns: FoundColumn[],
  { stage, signal, progress }: ExtractOptions,
): Promise<Extracted> {
  const typed = columns.map(({ name, type }) => ({ name, type: STAGED_SQL_TYPE[type] }))
  const writer = await stage.chunkWriter(stage.folder, 'demo', typed)
  let rows = 0
  let told = 0
  try {
    for (const chunk of demo.incidents(options)) {
      if (signal.aborted) throw interrupted(signal.reason)
      await writer.write(chunk.columns)
      rows += chunk.rows
      if (rows - told < PROGRESS_ROWS) continue
      progress(rows)
      told = rows
    }
  } catch (error) {
    await writer.abandon()
    throw error
  }
  const { files } = await writer.finish()
  progress(rows)
  return { parts: [{ files, columns, rows }], rows }
}

/** About once a second. */
const PROGRESS_ROWS = 100_000

function foundColumn({ name, type }: SourceColumn): FoundColumn {
  return { name, type: stagedType(type), declared: type }
}

function stagedType(type: SourceColumn['type']): StagedType {
  if (type === 'string') return 'text'
  if (type === 'int') return 'long'
  return type === 'timestamptz' ? 'timestamp' : type
}
