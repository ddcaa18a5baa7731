import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openDuckDb } from '../../../src/engine/duckdb/engine.ts'
import { isNearKeyOrder } from '../../../src/lake/write/key-order.ts'

test('rows in the order of their key or nearly so are told from rows in none, by the footers of their files', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'blotter-'))
  const engine = await openDuckDb({ memoryBytes: 256 << 20, spillFolder: join(folder, 'spill') })
  t.after(async () => {
    await engine[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })
  const write = async (order: string): Promise<string> => {
    const path = join(folder, 'rows.parquet')
    await engine.writeParquet(`SELECT range AS id FROM range(1000000) ORDER BY ${order}`, path)
    return path
  }
  const near = async (order: string): Promise<boolean> => isNearKeyOrder(engine, 'id', [await write(order)])
  assert.equal(await near('id'), true)
  assert.equal(await near('id // 245760, id % 2, id'), true, 'two threads have written by turns')
  assert.equal(await near('hash(id)'), false)
  assert.equal(await isNearKeyOrder(engine, 'id', []), true)
})
