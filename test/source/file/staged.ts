import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Engine, Row } from '../../../src/engine/engine.ts'
import { openDuckDb } from '../../../src/engine/duckdb/engine.ts'
import { literal } from '../../../src/model/sql-text.ts'
import { openFileSource } from '../../../src/source/file/source.ts'
import type { Extracted, FoundColumn, Stage, StagedPart } from '../../../src/source/source.ts'

/** A part with its rows read back, each as an array in the order of the columns. */
export interface ReadPart extends StagedPart {
  values: unknown[][]
}

export interface Workshop {
  /** Where sources lie. */
  folder: string
  stage: Stage
  engine: Engine
  put(name: string, content: string | Uint8Array): Promise<string>
  /** Extracts a source whose relative path begins at `folder`. */
  extract(url: string): Promise<Extracted & { columns: FoundColumn[] }>
  /** The same with all values. */
  read(url: string): Promise<ReadPart[]>
}

export const NEVER = new AbortController().signal

/** Gives a folder and a stage on a real engine, and removes both. */
export async function inWorkshop(work: (shop: Workshop) => Promise<void>, memoryBytes = 512 << 20): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'blotter-'))
  const folder = join(root, 'files')
  await mkdir(folder)
  const engine = await openDuckDb({ memoryBytes, spillFolder: join(root, 'spill') })
  let runs = 0
  const stageIn = (to: string): Stage => ({
    folder: to,
    rows: engine.rows,
    run: engine.run,
    writeParquet: engine.writeParquet,
    chunkWriter: engine.chunkWriter,
  })
  const extract: Workshop['extract'] = async (url) => {
    const stage = stageIn(join(root, `staged-${++runs}`))
    await mkdir(stage.folder)
    await using view = await openFileSource(url, { folder }).open(NEVER)
    const extracted = await view.extract({ stage, signal: NEVER, progress: () => {} })
    return { ...extracted, columns: view.columns }
  }
  try {
    await work({
      folder,
      engine,
      stage: stageIn(root),
      async put(name, content) {
        await mkdir(dirname(join(folder, name)), { recursive: true })
        await writeFile(join(folder, name), content)
        return join(folder, name)
      },
      extract,
      async read(url) {
        const { parts } = await extract(url)
        return Promise.all(parts.map(async (part) => ({ ...part, values: await valuesOf(engine, part) })))
      },
    })
  } finally {
    await engine[Symbol.asyncDispose]()
    await rm(root, { recursive: true, force: true })
  }
}

async function valuesOf(engine: Engine, part: StagedPart): Promise<unknown[][]> {
  const files = part.files.map(literal).join(', ')
  const rows: Row[] = await engine.rows(`SELECT * FROM read_parquet([${files}])`)
  return rows.map((row) => part.columns.map((column) => row[column.name]))
}

/** For `assert.rejects`: an error of this code whose message matches. */
export function failure(code: string, message: RegExp): (error: Error & { code?: string }) => boolean {
  return (error) => {
    assert.equal(error.code, code, error.message)
    assert.match(error.message, message)
    return true
  }
}
