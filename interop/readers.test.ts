import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { loadConfig } from '../src/config.ts'
import { silentLog } from '../src/log.ts'
import { openPlatform } from '../src/platform.ts'
import { type Chapter, lifeOf } from './lake-life.ts'
import { cacheFolder, prepareTrino, startTrino, type Trino } from './trino.ts'

/** What fingerprint.py prints of one table at one tag. */
interface Reading {
  columns: string[]
  rows: number
  hash: string
}

/** By `table@tag`, so that a difference names the place. */
type Readings = Record<string, Reading>

const run = promisify(execFile)
const timeout = 10 * 60_000
const { BLOTTER_INTEROP_PYTHON: python = '', BLOTTER_INTEROP_JARS: jars = '' } = process.env

async function readings<Name extends 'table' | 'file'>(script: string, ...args: string[]) {
  const { stdout } = await run(python, [join(import.meta.dirname, script), ...args], { timeout, maxBuffer: 1 << 26 })
  const lines = stdout
    .trim()
    .split('\n')
    .filter((line) => line !== '')
  return lines.map((line) => JSON.parse(line) as Reading & Record<Name, string> & { tag: string })
}

function byReference(all: readonly (Reading & { table: string; tag: string })[]): Readings {
  return Object.fromEntries(all.map(({ table, tag, columns, rows, hash }) => [`${table}@${tag}`, { columns, rows, hash }]))
}

describe('A lake, whatever has happened to it', { timeout: 3 * timeout }, () => {
  let folder = ''
  let lake = ''
  let ours: Readings = {}
  let trino: Trino | undefined

  before(async () => {
    assert.ok(existsSync(python), 'Run this by `npm run test:interop`, which makes the environment first.')
    folder = await mkdtemp(join(await realpath(tmpdir()), 'blotter-'))
    lake = join(folder, 'lake')
  })

  after(async () => {
    await trino?.[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  for (const chapter of lifeOf(() => folder)) {
    describe(`after ${chapter.what}`, () => {
      before(async () => {
        const before = ours
        await chapter.happen()
        ours = await readByBlotter(lake, folder, chapter)
        for (const [reference, reading] of Object.entries(ours)) {
          assert.deepEqual(reading, before[reference] ?? reading, `${reference} has other rows than before`)
        }
        for (const table of ['raw.crimes', 'processed.crimes_without_arrest', 'history.changes', 'quarantine.crimes']) {
          assert.ok((ours[`${table}@${chapter.batches.at(-1)}`]?.rows ?? 0) > 0, `${table} is empty`)
        }
      })

      it('is read by pyiceberg with the rows that Blotter tells, each table at each tag', async () => {
        assert.deepEqual(byReference(await readings<'table'>('read_pyiceberg.py', lake)), ours)
      })

      it("is read by DuckDB's own Iceberg extension alike", async () => {
        assert.deepEqual(byReference(await readings<'table'>('read_duckdb.py', lake)), ours)
      })

      it('is read by Trino alike', async (t) => {
        const home = await prepareTrino(cacheFolder(), (message) => t.diagnostic(message))
        if (!home) return t.skip('no JDK 25 or no Maven')
        trino ??= await startTrino(home, { lake })
        const read = await readings<'table'>('read_trino.py', String(trino.port), ...Object.keys(ours))
        assert.deepEqual(byReference(read), ours)
      })

      it('is read by Spark alike', async () => {
        assert.deepEqual(byReference(await readings<'table'>('read_spark.py', lake, jars, ...Object.keys(ours))), ours)
      })
    })
  }
})

/** Every table at every tag as a query of a batch reads it, by way of Parquet files, whose values carry their types. */
async function readByBlotter(lake: string, folder: string, { batches }: Chapter): Promise<Readings> {
  const outputFolder = join(folder, 'ours')
  await mkdir(outputFolder, { recursive: true })
  const config = loadConfig({ env: {}, flags: { lake }, cwd: folder })
  await using platform = await openPlatform(config, silentLog)
  assert.deepEqual(
    (await platform.batches()).map(({ batch_at: at }) => at),
    batches,
  )
  const files = new Map<string, { table: string; tag: string }>()
  for (const at of batches) {
    for (const { name } of await platform.tables(at)) {
      const file = join(outputFolder, `${files.size}.parquet`)
      files.set(file, { table: name, tag: at })
      await using result = await platform.query(`select * from ${name}`, {
        at,
        outputFolder,
        signal: AbortSignal.timeout(60_000),
      })
      await result.writeParquet(file)
    }
  }
  const read = await readings<'file'>('read_parquet.py', ...files.keys())
  await rm(outputFolder, { recursive: true })
  return byReference(read.map(({ file, ...reading }) => ({ ...reading, ...(files.get(file) ?? { table: file, tag: '' }) })))
}
