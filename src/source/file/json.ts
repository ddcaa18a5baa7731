import { BlotterError } from '../../errors.ts'
import { literal } from '../../model/sql-text.ts'
import type { FoundColumn } from '../source.ts'
import { type TextForm, textBytes, unreadable } from './bytes.ts'
import type { FoundFile } from './find.ts'
import { endIfAborted } from './interruption.ts'
import { type JsonObject, JsonRecords, JsonSyntaxError, textValues } from './json-records.ts'
import { uniqueNames } from './names.ts'
import { enginePath } from './engine-path.ts'
import type { FileReader, StageJob } from './reader.ts'

/** An object may be this long; the engine, which counts them once more, has the same limit. */
const OBJECT_BYTES = 16 << 20
const COLUMNS_MAX = 4096
const CHUNK_ROWS = 2048
/** What `glance` looks at. */
const GLANCE_OBJECTS = 1000

/**
 * A JSON file, an array of objects or one object after another, flattened at the top level as text: numbers as they are
 * written, booleans `true` and `false`, nested values as JSON without spaces, a missing member and null as NULL.
 *
 * Which members there are is known only at the end, so the file is read through first; `glance` looks at the first thousand
 * objects alone.
 */
export async function openJson(file: FoundFile, form: TextForm, signal: AbortSignal, glance: boolean): Promise<FileReader> {
  const members = new Set<string>()
  let objects = 0
  let array = false
  for await (const found of objectsOf(file, form, signal)) {
    for (const object of found.objects) for (const name of Object.keys(object.value)) members.add(name)
    objects += found.objects.length
    array = found.array
    if (members.size > COLUMNS_MAX) {
      throw unreadable(file, `its objects have more than ${COLUMNS_MAX} different members: they are no rows of one table`)
    }
    if (glance && objects >= GLANCE_OBJECTS) break
  }
  const names = [...members]
  const columns = uniqueNames(names).map((name): FoundColumn => ({ name, type: 'text', declared: 'JSON' }))
  return {
    kind: 'JSON',
    columns,
    ...(glance ? {} : { rowsEstimate: objects }),
    async stage(job) {
      // Objects without any member are rows that hold nothing, and a table has no form for them.
      if (names.length === 0 && objects > 0) throw unreadable(file, 'its objects have no members')
      if (names.length === 0) return { parts: [], rows: 0, counted: 0 }
      const { files, rows } = await stageObjects(file, form, names, columns, job)
      const counted = await engineCount(file, form, array, job)
      return { parts: [{ files, columns, rows }], rows, ...(counted === undefined ? {} : { counted }) }
    },
  }
}

async function* objectsOf(
  file: FoundFile,
  form: TextForm,
  signal: AbortSignal,
): AsyncGenerator<{ objects: JsonObject[]; array: boolean }> {
  const records = new JsonRecords()
  let carry: Buffer = Buffer.alloc(0)
  const read = (block: Buffer, final: boolean): JsonObject[] => {
    endIfAborted(signal)
    try {
      const { objects, consumed } = records.read(block, final)
      if (consumed === 0 && block.length > OBJECT_BYTES) throw new JsonSyntaxError('an object is longer than 16 MiB')
      carry = block.subarray(consumed)
      return objects
    } catch (error) {
      throw error instanceof JsonSyntaxError ? unreadable(file, error.message, error) : error
    }
  }
  for await (const chunk of textBytes(file, form)) {
    const objects = read(carry.length === 0 ? chunk : Buffer.concat([carry, chunk]), false)
    yield { objects, array: records.array === true }
  }
  yield { objects: read(carry, true), array: records.array === true }
  if (records.array === undefined) throw unreadable(file, 'it is empty: not even `[]` is there')
}

async function stageObjects(
  file: FoundFile,
  form: TextForm,
  names: readonly string[],
  columns: readonly FoundColumn[],
  job: StageJob,
): Promise<{ files: string[]; rows: number }> {
  const texts = columns.map((column) => ({ name: column.name, type: 'VARCHAR' }))
  const writer = await job.stage.chunkWriter(job.stage.folder, job.name, texts)
  let rows = 0
  try {
    for await (const { objects } of objectsOf(file, form, job.signal)) {
      for (let from = 0; from < objects.length; from += CHUNK_ROWS) {
        const values = objects.slice(from, from + CHUNK_ROWS).map((object) => textValues(object, names))
        await writer.write(names.map((_, column) => values.map((row) => row[column]!)))
        rows += values.length
      }
      job.progress(rows)
    }
  } catch (error) {
    await writer.abandon()
    throw error
  }
  return writer.finish()
}

/** How many objects the engine's own JSON reader finds; undefined where it cannot read the file. */
async function engineCount(file: FoundFile, form: TextForm, array: boolean, job: StageJob): Promise<number | undefined> {
  if (form.encoding !== 'utf-8') return undefined
  const options = [
    `format = '${array ? 'array' : 'unstructured'}'`,
    `compression = ${literal(form.compression === 'none' ? 'uncompressed' : form.compression)}`,
    `maximum_object_size = ${OBJECT_BYTES}`,
  ]
  try {
    const from = `read_json_objects(${literal(enginePath(file.path))}, ${options.join(', ')})`
    const [row] = await job.stage.rows(`SELECT count(*) AS objects FROM ${from}`)
    return Number(row?.['objects'])
  } catch (error) {
    if (error instanceof BlotterError && error.code === 'query_failed') return undefined
    throw error
  }
}
