import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'

/** What fingerprint.py prints of one table at one tag. */
interface Reading {
  columns: string[]
  rows: number
  hash: string
}

const run = promisify(execFile)
const root = join(import.meta.dirname, '..')
const timeout = 10 * 60_000
const days = ['2026-11-21T06:00:00Z', '2026-11-22T06:00:00Z', '2026-11-23T06:00:00Z']
const badDay = '2026-11-24T06:00:00Z'
const newest = 'raw.crimes@2026-11-23T06:00:00Z'
const { BLOTTER_INTEROP_PYTHON: python = '', BLOTTER_INTEROP_JARS: jars = '' } = process.env

async function blotter(...args: string[]): Promise<string> {
  const { stdout } = await run(join(root, 'bin', 'blotter'), args, { cwd: root, timeout, maxBuffer: 1 << 26 })
  return stdout
}

async function readings<Name extends 'table' | 'file'>(script: string, ...args: string[]) {
  const { stdout } = await run(python, [join(import.meta.dirname, script), ...args], { timeout, maxBuffer: 1 << 26 })
  const lines = stdout.trim().split('\n').filter(line => line !== '')
  return lines.map(line => JSON.parse(line) as Reading & Record<Name, string> & { tag: string })
}

/** By `table@tag`, so that a difference names the place. */
function byReference(all: readonly (Reading & { table: string; tag: string })[]): Record<string, Reading> {
  return Object.fromEntries(all.map(({ table, tag, columns, rows, hash }) => [`${table}@${tag}`, { columns, rows, hash }]))
}

describe('A lake of three batches, and one that could not be landed', { timeout: 3 * timeout }, () => {
  let folder = ''
  let lake = ''
  let ours: Record<string, Reading> = {}

  before(async () => {
    assert.ok(existsSync(python), 'Run this by `npm run test:interop`, which makes the environment first.')
    folder = await mkdtemp(join(tmpdir(), 'blotter-'))
    lake = join(folder, 'lake')
    for (const [day, at] of days.entries()) {
      await blotter('run', '--source', `demo://chicago?rows=5000&seed=1&day=${day}`, '--lake', lake, '--at', at, '--json')
    }
    await spoilOneRow(lake, folder)
    ours = await readByBlotter(lake, folder)
  })

  after(() => rm(folder, { recursive: true, force: true }))

  it('holds every table at every tag, with rows in the main ones', () => {
    for (const table of ['raw.crimes', 'processed.crimes_without_arrest', 'aggregates.by_type']) {
      for (const at of days) assert.ok((ours[`${table}@${at}`]?.rows ?? 0) > 0, `${table} is empty at ${at}`)
    }
    assert.notEqual(ours[`raw.crimes@${days[0]}`]?.hash, ours[newest]?.hash)
    assert.equal(ours[`quarantine.crimes@${badDay}`]?.rows, 1)
    assert.deepEqual(ours[`raw.crimes@${badDay}`], ours[newest])
  })

  it('is read by pyiceberg with the rows that Blotter tells, each table at each tag', async () => {
    assert.deepEqual(byReference(await readings<'table'>('read_pyiceberg.py', lake)), ours)
  })

  it('is read by Spark with the rows that Blotter tells, each table at each tag', async () => {
    assert.deepEqual(byReference(await readings<'table'>('read_spark.py', lake, jars, ...Object.keys(ours))), ours)
  })
})

/** A batch of one row whose date is none, so that the quarantine has something to be read. */
async function spoilOneRow(lake: string, folder: string): Promise<void> {
  const spoiled = "timestamp '2030-01-01' as updated_on, '0000-00-00' as date"
  const row = `select * exclude (batch_at) replace (${spoiled}) from raw.crimes limit 1`
  const file = join(folder, 'spoiled.csv')
  await blotter('query', row, '--lake', lake, '--format', 'csv', '--output', file)
  await blotter('run', '--source', `file:${file}?partial=true`, '--lake', lake, '--at', badDay, '--json')
}

/** The same through `blotter query --at`, by way of Parquet files, whose values carry their types. */
async function readByBlotter(lake: string, folder: string): Promise<Record<string, Reading>> {
  const batches = JSON.parse(await blotter('batches', '--lake', lake, '--json')) as { batch_at: string }[]
  assert.deepEqual(batches.map(({ batch_at: at }) => at), [...days, badDay])
  const tables = JSON.parse(await blotter('tables', '--lake', lake, '--json')) as { name: string }[]
  const files = new Map<string, { table: string; tag: string }>()
  for (const { batch_at: tag } of batches) {
    for (const { name: table } of tables) {
      const file = join(folder, `${files.size}.parquet`)
      files.set(file, { table, tag })
      await blotter('query', `select * from ${table}`, '--lake', lake, '--at', tag, '--format', 'parquet', '--output', file)
    }
  }
  const read = await readings<'file'>('read_parquet.py', ...files.keys())
  return byReference(read.map(({ file, ...reading }) => ({ ...reading, ...(files.get(file) ?? { table: file, tag: '' }) })))
}
