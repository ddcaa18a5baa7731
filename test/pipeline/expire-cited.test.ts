import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { openSqliteCatalog } from '../../src/catalog/sqlite/catalog.ts'
import { systemClock } from '../../src/clock.ts'
import { openDuckDb } from '../../src/engine/duckdb/engine.ts'
import { type Citation, citationLocation, citationName, writeCitation } from '../../src/history/citations.ts'
import { localStorage } from '../../src/lake/local/storage.ts'
import type { Storage } from '../../src/lake/storage.ts'
import { expireBatches } from '../../src/pipeline/upkeep/expire.ts'
import { loadPipeline } from '../../src/pipeline/definition/load.ts'
import type { BatchMaker } from '../../src/pipeline/batch/batch-maker.ts'
import { openState } from '../../src/state/state.ts'
import { type Incident, makeCity } from './city.ts'

const name = (day: number): string => `2026-01-${String(day + 1).padStart(2, '0')}T06:00:00Z`

const incident = (id: number, day: number): Incident => ({
  id,
  date: '2025-12-01 12:00:00',
  primary_type: 'THEFT',
  description: 'SIMPLE',
  block: `${day}00XX W ADAMS ST`,
  location_description: 'STREET',
  arrest: 'false',
  updated_on: `2026-01-${String(day + 1).padStart(2, '0')} 15:40:00`,
})

function citationOf(batch_at: string): Citation {
  const parts = { query: 'select 1', batch_at, refs: {}, sha256: 'a'.repeat(64) }
  const made = { columns: [], rows: 1, code_version: '1', cited_at: '2026-02-01T00:00:00.000Z', cited_by: 'me' }
  return { citation: citationName(parts), ...parts, ...made }
}

test('a batch that is cited while expiry is at work stays; a citation that cannot be read stops it', async () => {
  await using city = await makeCity()
  for (const day of [0, 1, 2]) {
    await city.publish([incident(1, day), incident(2, day)])
    await city.run({ at: name(day) })
  }
  const location = `file://${city.lake}`
  const plain = localStorage()
  let cited = false
  const storage: Storage = {
    ...plain,
    async writeNew(file, bytes) {
      // The plan is made, and nothing is committed.
      if (!cited && file.endsWith('.metadata.json')) {
        cited = true
        await writeCitation({ storage: plain, location }, citationOf(name(0)))
      }
      return plain.writeNew(file, bytes)
    },
  }
  const catalog = openSqliteCatalog(join(city.lake, 'catalog.sqlite'), { name: 'blotter', create: false })
  const state = openState(join(city.lake, '.blotter'))
  const maker = {
    lake: { storage, catalog, location },
    state,
    pipeline: await loadPipeline('pipelines/chicago-crimes'),
    clock: systemClock,
    openEngine: (spillFolder: string) => openDuckDb({ memoryBytes: 128 << 20, spillFolder }),
  } as unknown as BatchMaker
  const wish = { retention: { batches: 1 }, dryRun: false }
  try {
    const { expired, kept } = await expireBatches(maker, wish, AbortSignal.timeout(60_000))
    assert.equal(cited, true)
    assert.deepEqual([expired, kept], [[name(1)], [name(0), name(2)]])
    assert.deepEqual(await city.query('select count(*) as n from raw.crimes', name(0)), [{ n: 2n }])
    await plain.remove(citationLocation({ location }, citationOf(name(0)).citation))
    await plain.writeNew(citationLocation({ location }, '0'.repeat(16)), Buffer.from('{'))
    await assert.rejects(expireBatches(maker, wish, AbortSignal.timeout(60_000)), { code: 'lake_damaged' })
    assert.deepEqual(
      (await city.platform.batches()).map((batch) => batch.batch_at),
      [name(0), name(2)],
    )
  } finally {
    catalog.close()
    state.close()
  }
})
