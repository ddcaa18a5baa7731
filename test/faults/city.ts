import assert from 'node:assert/strict'
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { openSqliteCatalog } from '../../src/catalog/sqlite/catalog.ts'
import { openDuckDb } from '../../src/engine/duckdb/engine.ts'
import type { Row } from '../../src/engine/engine.ts'
import { scansAsOf, viewLake } from '../../src/history/as-of.ts'
import { localStorage } from '../../src/lake/local/storage.ts'
import { scanSql } from '../../src/lake/read/read.ts'
import { tagsOf } from '../../src/lake/table.ts'
import { CATALOG_NAME } from '../../src/platform.ts'
import { type Ended, type Env, startBlotter, type Started } from './blotter.ts'

/** A folder with a small city, its lake and copies of it; everything goes with `dispose`. */
export interface FaultyCity extends AsyncDisposable {
  folder: string
  lake: string
  file: string
  /** The city as it is on one of three days; a later day holds every kind of change and some bad rows. */
  publish(day: number): Promise<void>
  run(args?: readonly string[], env?: Env): Promise<Ended>
  startRun(args?: readonly string[], env?: Env, options?: { json?: boolean }): Started
  blotter(...args: string[]): Promise<Ended>
  blotterStruck(env: Env, ...args: string[]): Promise<Ended>
  /** Keeps the lake as it is now, to be put back at the same place: metadata holds absolute paths. */
  keep(name: string): Promise<void>
  putBack(name: string): Promise<void>
}

export async function makeFaultyCity(): Promise<FaultyCity> {
  const folder = await mkdtemp(join(await realpath(tmpdir()), 'blotter-faults-'))
  const lake = join(folder, 'lake')
  const file = join(folder, 'crimes.csv')
  const start = (args: readonly string[], env?: Env): Started =>
    startBlotter([...args, '--lake', lake], { cwd: folder, ...(env ? { env } : {}) })
  const city: FaultyCity = {
    folder,
    lake,
    file,
    publish: (day) => writeFile(file, csvOf(day)),
    startRun(args = [], env, { json = true } = {}) {
      const source = args.includes('--source') ? [] : ['--source', `file:${file}`]
      return start(['run', ...(json ? ['--json'] : []), ...source, ...args], env)
    },
    run: (args, env) => city.startRun(args, env).ended,
    blotter: (...args) => start(args).ended,
    blotterStruck: (env, ...args) => start(args, env).ended,
    async keep(name) {
      await cp(lake, join(folder, 'kept', name), { recursive: true, preserveTimestamps: true })
    },
    async putBack(name) {
      await rm(lake, { recursive: true, force: true })
      const kept = join(folder, 'kept', name)
      if (name !== 'nothing') await cp(kept, lake, { recursive: true, preserveTimestamps: true })
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
  return city
}

const HEADER = 'id,date,primary_type,description,block,location_description,arrest,updated_on'

function csvOf(day: number): string {
  const lines = Array.from({ length: 60 }, (_, i) => lineOf(i + 1, day)).filter((line) => line !== undefined)
  return `${[HEADER, ...lines].join('\n')}\n`
}

/** Each incident by its number: what a day does to it follows from it alone. */
function lineOf(id: number, day: number): string | undefined {
  const stamp = (touched: number): string => `2026-01-0${touched + 1} 15:40:${String(id % 60).padStart(2, '0')}`
  const since = (touched: number): boolean => day >= touched
  if (id === 11 && day === 1) return undefined // Vanishes, and returns.
  if (id === 12 && since(2)) return undefined
  if (id > 55 && !since(id % 2 ? 1 : 2)) return undefined // New later.
  const touched = id % 10 === 3 && since(1) ? 1 : id % 10 === 4 && since(2) ? 2 : 0
  const day28 = String((id % 28) + 1).padStart(2, '0')
  const date = id === 20 ? 'no day' : `2025-12-${day28} 12:${String(id % 60).padStart(2, '0')}:00`
  const type = touched && id % 20 === 3 ? 'ROBBERY' : (['THEFT', 'BATTERY', 'CRIM SEXUAL ASSAULT'][id % 3] ?? '')
  const block = touched && id % 20 === 13 ? '999XX S STATE ST' : `${id % 10}00XX W ADAMS ST`
  const arrest = touched === 2 ? 'true' : id % 4 === 0 ? 'true' : 'false'
  return [id, date, type, 'SIMPLE', block, 'STREET', arrest, stamp(touched)].join(',')
}

/** A copy of the shipped pipeline whose transform reads otherwise, so that the next batch makes its table anew. */
export async function changedPipeline(folder: string): Promise<string> {
  const shipped = resolve(import.meta.dirname, '../../pipelines/chicago-crimes')
  const copy = join(folder, 'pipeline', 'chicago-crimes')
  await mkdir(copy, { recursive: true })
  await cp(shipped, copy, { recursive: true })
  const index = resolve(import.meta.dirname, '../../src/index.ts')
  for (const entry of await readdir(copy, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (!/\.(ts|sql)$/.test(entry.name)) continue
    const text = await readFile(path, 'utf8')
    const changed = text
      .replaceAll(/'(?:\.\.\/)+src\/index\.ts'/g, `'${index}'`)
      .replaceAll(/'(?:\.\.\/)+(src\/[^']*)'/g, (_, file: string) => `'${resolve(import.meta.dirname, '../..', file)}'`)
      .replace(/^ {2}c\.block,$/m, '  lower(c.block) as block,')
    if (changed !== text) await writeFile(path, changed)
  }
  return copy
}

/** What differs between two runs of the same inputs, whatever happens to them. */
const OF_THE_RUN = new Set(['run', 'processed_at', 'code_version'])

/** Every row of every table as of every batch, as text and in order, by `table @ batch`; and each table's batches. */
export async function contentsOf(lake: string): Promise<Record<string, unknown>> {
  const catalog = openSqliteCatalog(join(lake, 'catalog.sqlite'), { name: CATALOG_NAME, create: false })
  await using engine = await openDuckDb({ memoryBytes: 256 * 2 ** 20, spillFolder: join(lake, '..', 'reading') })
  try {
    const storage = localStorage()
    const view = await viewLake({ storage, catalog, location: `file://${lake}` })
    const contents: Record<string, unknown> = { batches: view.batches.map((batch) => batch.batchAt) }
    for (const table of view.tables) contents[`tags of ${table.name}`] = [...tagsOf(table).keys()]
    for (const { batchAt } of view.batches) {
      for (const scan of await scansAsOf(storage, view, batchAt)) {
        const rows = await engine.rows(`SELECT * FROM (${scanSql(scan)})`)
        assert.equal(rows.length, scan.rows, `${scan.table}: its rows, and what its manifests say`)
        contents[`${scan.table} @ ${batchAt}`] = rows.map(rowText).sort()
      }
    }
    return contents
  } finally {
    catalog.close()
  }
}

function rowText(row: Row): string {
  const known = Object.entries(row).filter(([name]) => !OF_THE_RUN.has(name))
  return JSON.stringify(known, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value))
}

/** Every file of a lake with its size and time, but for its state and what SQLite makes beside a file that is read. */
export async function listingOf(lake: string): Promise<Record<string, string>> {
  const entries = await readdir(lake, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const kept = paths.filter((path) => !path.includes('/.blotter/') && !/-(wal|shm)$/.test(path)).sort()
  const lines = kept.map(async (path) => {
    const { size, mtimeMs } = await stat(path)
    return [path.slice(lake.length + 1), `${size} ${mtimeMs}`] as const
  })
  return Object.fromEntries(await Promise.all(lines))
}
