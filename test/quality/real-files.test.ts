import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import definition from '../../pipelines/chicago-crimes/0-source.ts'
import raw from '../../pipelines/chicago-crimes/1-raw/crimes.ts'
import { openDuckDb } from '../../src/engine/duckdb/engine.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { BlotterError } from '../../src/errors.ts'
import { literal } from '../../src/model/sql-text.ts'
import { type CheckedRows, checkRows } from '../../src/quality/check.ts'
import { openFileSource } from '../../src/source/file/source.ts'
import { noRealData, realData } from '../services/real-data.ts'

/** What `expected/README.md` says how it was computed, without any of the code under test. */
type Expected =
  | { error: string; missing: string[] }
  | {
      error?: undefined
      rows: number
      keys: number
      quarantined: Record<string, number>
      repairs: Record<string, number>
      missing: string[]
      unknown: number
      without_arrest: number
      top_types_without_arrest: [string, number][]
    }

const file = new URL('expected/expected.json', import.meta.url)
const expected = JSON.parse(await readFile(file, 'utf8')) as Record<string, Expected>

for (const [name, wanted] of Object.entries(expected)) {
  test(`${name} is read as Python reads it`, { skip: noRealData() }, () =>
    withEngine(async (engine, folder) => {
      if (wanted.error !== undefined) {
        await assert.rejects(checkFile(engine, folder, name), (error) => {
          assert.ok(error instanceof BlotterError)
          assert.equal(error.code, wanted.error)
          assert.deepEqual([...(error.context['missing'] as string[])].sort(), wanted.missing)
          return true
        })
        return
      }
      const checked = await checkFile(engine, folder, name)
      assert.equal(checked.read, wanted.rows)
      assert.equal(checked.good.rows, wanted.keys)
      assert.deepEqual(checked.quarantine.byRule, wanted.quarantined)
      assert.deepEqual(checked.repairs, wanted.repairs)
      assert.deepEqual(checked.columns.missing, wanted.missing)
      assert.equal(checked.columns.unknown.length, wanted.unknown)
      const types = await engine.rows(`SELECT primary_type, CAST(count(*) AS INTEGER) AS incidents
        FROM read_parquet(${literal(checked.good.file)}) WHERE NOT arrest
        GROUP BY primary_type ORDER BY incidents DESC, primary_type`)
      assert.equal(
        types.reduce((sum, row) => sum + Number(row['incidents']), 0),
        wanted.without_arrest,
      )
      const top = types.slice(0, 5).map((row) => [row['primary_type'], row['incidents']])
      assert.deepEqual(top, wanted.top_types_without_arrest)
    }),
  )
}

async function checkFile(engine: Engine, folder: string, name: string): Promise<CheckedRows> {
  const signal = new AbortController().signal
  const source = openFileSource(`file:${join(realData()!, name)}`, { folder })
  await using view = await source.open(signal)
  const { parts } = await view.extract({ stage: { ...engine, folder }, signal, progress: () => {} })
  const rest = { mapping: {}, emptyIsNull: true, batchAt: '2026-11-23T06:00:00Z', folder }
  return checkRows({ engine, parts, definition, raw, ...rest })
}

async function withEngine(work: (engine: Engine, folder: string) => Promise<void>): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'blotter-'))
  const folder = join(root, 'work')
  await mkdir(folder)
  try {
    await using engine = await openDuckDb({ memoryBytes: 512 << 20, spillFolder: join(root, 'spill') })
    await work(engine, folder)
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}
