import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'

const MEMORY_BYTES = 128 << 20
/** Node.js with this project's sources, blocks on their way, and what DuckDB takes and does not count. */
const BESIDE_BYTES = 500 << 20

test('a load takes what the engine is granted and little more, however many rows there are', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'blotter-'))
  try {
    const load = async (rows: number): Promise<{ inserted: number; peakBytes: number }> => {
      const words = [join(import.meta.dirname, 'programs/loading.ts'), folder, String(rows), String(MEMORY_BYTES)]
      const { stdout } = await promisify(execFile)(process.execPath, words)
      return JSON.parse(stdout) as { inserted: number; peakBytes: number }
    }
    const { inserted, peakBytes } = await load(600_000)
    assert.equal(inserted, 600_000)
    assert.ok(peakBytes < MEMORY_BYTES + BESIDE_BYTES, `${Math.round(peakBytes / 2 ** 20)} MiB at the most`)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
