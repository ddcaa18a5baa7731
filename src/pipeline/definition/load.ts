import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { BlotterError } from '../../errors.ts'
import type { Pipeline, RawDefinition, ReferenceTable, SourceDefinition, SqlTable } from '../../model/pipeline.ts'
import type { PipelineHead } from './define.ts'
import { parseSqlTable } from './front-matter.ts'
import { tableSpecs } from './tables.ts'

/**
 * Loads a pipeline folder: `pipeline.ts`, `0-source.ts`, one `1-raw/NAME.ts`, `2-…/*.sql`, `3-…/*.sql` and `reference/*.csv`.
 * A file's path is its table's name: `2-processed/x.sql` is `processed.x`. Throws `pipeline_invalid`.
 */
export async function loadPipeline(given: string): Promise<Pipeline> {
  const folder = resolve(given)
  const head = await defaultOf<PipelineHead>(folder, 'pipeline.ts')
  const source = await defaultOf<SourceDefinition>(folder, '0-source.ts')
  const rawFiles = (await filesIn(folder, '1-raw')).filter((file) => file.endsWith('.ts'))
  if (rawFiles.length !== 1) {
    throw invalid(folder, `expected one file in 1-raw/, found ${rawFiles.length}: ${rawFiles.join(', ') || 'none'}`)
  }
  const raw = await defaultOf<RawDefinition>(folder, `1-raw/${rawFiles[0]}`)
  const rawName = `raw.${basename(rawFiles[0]!, '.ts')}`
  checkSource(folder, source, raw)

  const reference: ReferenceTable[] = (await filesIn(folder, 'reference'))
    .filter((file) => file.endsWith('.csv'))
    .map((file) => ({ name: `reference.${basename(file, '.csv')}`, file: join(folder, 'reference', file) }))
  const tables = await sqlTables(folder, rawName, reference)
  const pipeline: Pipeline = {
    name: basename(folder),
    title: head.title,
    folder,
    source,
    rawName,
    raw,
    tables,
    reference,
    ...(head.demo ? { demo: head.demo } : {}),
  }
  checkNames(pipeline)
  return pipeline
}

/** In order of folder and file; a table may read only what stands before it, so there can be no cycle. */
async function sqlTables(folder: string, rawName: string, reference: readonly ReferenceTable[]): Promise<SqlTable[]> {
  const before = [rawName, ...reference.map((table) => table.name)]
  const tables: SqlTable[] = []
  const stages = (await filesIn(folder, '.')).filter((name) => /^[2-9]-[a-z_]+$/.test(name)).sort()
  for (const stage of stages) {
    const known = [...before, ...tables.map((table) => table.name)]
    for (const file of (await filesIn(folder, stage)).filter((name) => name.endsWith('.sql')).sort()) {
      const text = await readFile(join(folder, stage, file), 'utf8')
      const table = parseSqlTable(`${stage.slice(2)}.${basename(file, '.sql')}`, text, known)
      if (table.mode === 'by-key' && !table.reads.includes(rawName)) {
        throw invalid(folder, `${table.name} is by-key but does not read ${rawName}`)
      }
      tables.push({ ...table, hash: await hashWith(table, reference) })
    }
  }
  return tables
}

/** Another reference table makes other rows, as other SQL does. */
async function hashWith({ hash, reads }: SqlTable, reference: readonly ReferenceTable[]): Promise<string> {
  const read = reference.filter(({ name }) => reads.includes(name))
  if (read.length === 0) return hash
  const both = createHash('sha256').update(hash)
  for (const { file } of read) both.update(await readFile(file))
  return both.digest('hex')
}

function checkSource(folder: string, source: SourceDefinition, raw: RawDefinition): void {
  const names = source.columns.map((column) => column.name)
  const ruled = Object.values(raw.kinds).flatMap((rule) => ('columns' in rule ? rule.columns : [rule.column]))
  const { category = source.key, search = [] } = source
  for (const name of [source.key, source.cursor, source.occurred, ...source.required, category, ...search, ...ruled]) {
    if (!names.includes(name)) throw invalid(folder, `"${name}" is not among the columns of 0-source.ts`)
  }
  const key = source.columns.find((column) => column.name === source.key)
  if (key?.type !== 'long') throw invalid(folder, `the key ${source.key} has to be of type long`)
}

/** Columns that Blotter's own SQL adds to those of the source for a while. */
const RESERVED: readonly string[] = ['_file', '_pos', 'file_index', 'file_row_number', 'contents', 'newest']

/** Beside the source's columns the lake's tables have some of their own; engines take no name twice, in any case. */
function checkNames(pipeline: Pipeline): void {
  const taken = tableSpecs(pipeline).flatMap(({ schema }) => {
    const names = schema.fields.map(({ name }) => name.toLowerCase())
    return names.filter((name, i) => names.indexOf(name) < i)
  })
  const reserved = pipeline.source.columns.map(({ name }) => name.toLowerCase()).filter((name) => RESERVED.includes(name))
  const [first] = [...taken, ...reserved]
  if (first === undefined) return
  throw invalid(
    pipeline.folder,
    `a column ${first} would stand beside another one of that name; call it otherwise, with an alias`,
  )
}

async function filesIn(folder: string, sub: string): Promise<string[]> {
  try {
    return (await readdir(join(folder, sub))).sort()
  } catch {
    return []
  }
}

async function defaultOf<T>(folder: string, file: string): Promise<T> {
  const path = join(folder, file)
  try {
    const module = (await import(pathToFileURL(path).href)) as { default?: T }
    if (module.default) return module.default
  } catch (error) {
    if (!existsSync(path)) throw invalid(folder, `there is no ${file}`)
    throw invalid(folder, `${file} cannot be loaded: ${(error as Error).message}`, error)
  }
  throw invalid(folder, `${file} has no default export`)
}

function invalid(folder: string, why: string, cause?: unknown): BlotterError {
  return new BlotterError('pipeline_invalid', `The pipeline in ${folder} cannot be used: ${why}. Nothing was changed.`, {
    todo: 'Give a folder like `pipelines/chicago-crimes` with `--pipeline DIR`.',
    context: { folder },
    cause,
  })
}
