import { copyFile, link, mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { WrittenFile } from '../../engine/engine.ts'
import type { DataFile } from '../../lake/format/data-file.ts'
import { type Table, tableSchema } from '../../lake/table.ts'
import { dataFileLocation, describeDataFile } from '../../lake/write/write.ts'
import type { RunContext } from './context.ts'

/** Writes a file of rows into a table's folder for this batch and describes it; nothing for no rows. */
export async function writeRows(
  context: RunContext,
  table: Table,
  select: string,
  schema = tableSchema(table),
): Promise<DataFile[]> {
  const location = dataFileLocation(table, context.batchAt, context.run)
  const written = await context.engine.writeParquet(select, context.lake.storage.enginePath(location), schema)
  if (written.rows === 0) {
    await context.lake.storage.remove(location)
    return []
  }
  await context.lake.storage.persist(location)
  return [describeDataFile(table, written, { location, batchAt: context.batchAt, schema })]
}

/** Makes a file of this run one of the table's: another name for it, where the lake lies in the same file system. */
export async function adoptFile(context: RunContext, table: Table, written: WrittenFile): Promise<DataFile[]> {
  const { lake, batchAt, run } = context
  if (written.rows === 0) return []
  const location = dataFileLocation(table, batchAt, run)
  const path = lake.storage.enginePath(location)
  await mkdir(dirname(path), { recursive: true })
  await link(written.path, path).catch(() => copyFile(written.path, path))
  await lake.storage.persist(location)
  return [describeDataFile(table, written, { location, batchAt })]
}
