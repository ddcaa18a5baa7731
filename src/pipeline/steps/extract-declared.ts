import type { WrittenFile } from '../../engine/engine.ts'
import type { Table } from '../../lake/table.ts'
import { tableSchema } from '../../lake/table.ts'
import { asDeclared, isUnfit } from '../../quality/as-declared.ts'
import type { Extracted, ExtractOptions, SourceView, Stage } from '../../source/source.ts'
import type { RunContext } from '../batch/context.ts'
import { batchStamp } from '../definition/tables.ts'

/**
 * Reads all rows for a raw table that has none yet. Where they come as columns and are declared as they are found, they are
 * staged as raw holds them (`ready`): if the check has nothing to object, the file is raw's, and rows are written only once.
 * Such rows cannot hold a value that is none of its declared type: at the first one the source is read again, as it is.
 */
export async function extractDeclared(
  { engine, source, pipeline, mapping, batchAt }: RunContext,
  view: SourceView,
  raw: Table,
  options: ExtractOptions,
): Promise<Extracted & { ready?: WrittenFile }> {
  const declared = Object.keys(mapping).length === 0 ? asDeclared(pipeline.source, view.columns) : undefined
  if (!declared) return view.extract(options)
  const shape = { select: `${declared.select}, ${batchStamp(batchAt)}`, schema: tableSchema(raw) }
  const written: WrittenFile[] = []
  const columnSink: NonNullable<Stage['columnSink']> = async (folder, name, columns, heapBytes) => {
    const sink = await engine.columnSink(folder, name, columns, heapBytes, shape)
    const finish = async (): ReturnType<typeof sink.finish> => {
      const finished = await sink.finish()
      written.push(finished.written)
      return finished
    }
    return { ...sink, finish }
  }
  try {
    const { parts, ...rest } = await view.extract({ ...options, stage: { ...options.stage, columnSink } })
    const [ready] = written
    const typed = parts.map((part) => (part.files[0] === ready?.path ? { ...part, columns: declared.columns } : part))
    return { parts: typed, ...rest, ...(ready ? { ready } : {}) }
  } catch (error) {
    if (!isUnfit(error)) throw error
    await using again = await source.open(options.signal)
    return await again.extract(options)
  }
}
