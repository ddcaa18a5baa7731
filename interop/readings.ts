import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { loadConfig } from '../src/config.ts'
import { silentLog } from '../src/log.ts'
import { openPlatform } from '../src/platform.ts'

/** What fingerprint.py prints of one table at one tag. */
interface Reading {
  columns: string[]
  rows: number
  hash: string
}

/** By `table@tag`, so that a difference names the place. */
export type Readings = Record<string, Reading>

export const { BLOTTER_INTEROP_PYTHON: python = '' } = process.env

const run = promisify(execFile)
const timeout = 10 * 60_000

/** What one of the readers beside this file prints. */
export async function readings<Name extends 'table' | 'file'>(script: string, ...args: string[]) {
  const { stdout } = await run(python, [join(import.meta.dirname, script), ...args], { timeout, maxBuffer: 1 << 26 })
  const lines = stdout
    .trim()
    .split('\n')
    .filter((line) => line !== '')
  return lines.map((line) => JSON.parse(line) as Reading & Record<Name, string> & { tag: string })
}

export function byReference(all: readonly (Reading & { table: string; tag: string })[]): Readings {
  return Object.fromEntries(all.map(({ table, tag, columns, rows, hash }) => [`${table}@${tag}`, { columns, rows, hash }]))
}

/** Every table at every tag as a query of a batch reads it, by way of Parquet files, whose values carry their types. */
export async function readByBlotter(lake: string, folder: string, batches: readonly string[]): Promise<Readings> {
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
