import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadConfig } from '../../../src/config.ts'
import { openDuckDb } from '../../../src/engine/duckdb/engine.ts'
import { silentLog } from '../../../src/log.ts'
import { sourceColumnsOf } from '../../../src/pipeline/batch/guards.ts'
import { openPlatform } from '../../../src/platform.ts'
import { watch } from '../city.ts'

test('a column of a Parquet file that turns into another type holds the run; a longer text and a CSV do not', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'blotter-guards-'))
  try {
    const file = join(folder, 'crimes.parquet')
    const lake = join(folder, 'lake')
    const write = async (ward: string, more = ''): Promise<void> => {
      await using engine = await openDuckDb({ memoryBytes: 2 ** 27, spillFolder: join(folder, 'spill') })
      const select = `SELECT range AS id, timestamp '2025-12-01 12:00:00' AS date, 'THEFT' AS primary_type, false AS arrest, ${ward} AS ward,
        timestamp '2026-01-01 15:40:00' AS updated_on${more} FROM range(1, 4)`
      await rm(file, { force: true })
      await engine.writeParquet(select, file)
    }
    const run = async (source = `file:${file}`) => {
      await using platform = await openPlatform(loadConfig({ env: {}, flags: { lake, source }, cwd: folder }), silentLog)
      return await platform.run({ full: true }, watch())
    }
    await write('range::INT')
    assert.equal((await run()).state, 'succeeded')
    await write('range::VARCHAR')
    const held = await run()
    assert.deepEqual([held.state, held.held?.guard], ['held', 'column_type'])
    assert.match(held.held!.message, /ward was INT32 .* is BYTE_ARRAY STRING now/)
    {
      await using platform = await openPlatform(loadConfig({ env: {}, flags: { lake }, cwd: folder }), silentLog)
      assert.equal((await platform.runRelease(undefined, watch())).state, 'succeeded')
    }
    assert.equal((await run()).state, 'succeeded')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

test('columns are kept by what they serve, with the word for their type and not its length', () => {
  const found = new Map([
    ['block', { declared: 'varchar(40)' }],
    ['id', { declared: 'bigint(20) unsigned' }],
  ])
  assert.deepEqual(sourceColumnsOf('mysql://reader@db/city', { found }), {
    scheme: 'mysql',
    types: { block: 'varchar', id: 'bigint unsigned' },
  })
})
