import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  type Citation,
  citationName,
  citedBatches,
  listCitations,
  readCitation,
  removeCitation,
  writeCitation,
} from '../../src/history/citations.ts'
import { localStorage } from '../../src/lake/local/storage.ts'

function citation(query: string, more: Partial<Citation> = {}): Citation {
  const parts = { query, batch_at: '2026-01-02T06:00:00Z', refs: {}, sha256: 'a'.repeat(64), ...more }
  const made = { columns: [], rows: 0, code_version: '1', cited_at: '2026-01-03T00:00:00.000Z', cited_by: 'me' }
  return { citation: citationName(parts), ...made, ...parts }
}

test('citations are kept as files of the lake, and name the batches that must not expire', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'blotter-'))
  t.after(() => rm(folder, { recursive: true }))
  const lake = { storage: localStorage(), location: `file://${folder}` }
  assert.deepEqual(await listCitations(lake), [])
  assert.deepEqual(await citedBatches(lake), new Set())
  const first = citation('select 1')
  const second = citation('select 2', { refs: { 'latest~1': '2026-01-01T06:00:00Z' }, cited_at: '2026-01-04T00:00:00.000Z' })
  assert.deepEqual(await writeCitation(lake, first), first)
  await writeCitation(lake, second)
  assert.deepEqual(await writeCitation(lake, { ...first, cited_by: 'you' }), first, 'the first one stays')
  assert.deepEqual(await listCitations(lake), [second, first])
  assert.deepEqual(await citedBatches(lake), new Set(['2026-01-02T06:00:00Z', '2026-01-01T06:00:00Z']))
  await removeCitation(lake, second.citation)
  assert.deepEqual(await citedBatches(lake), new Set(['2026-01-02T06:00:00Z']))
  await assert.rejects(readCitation(lake, second.citation), { code: 'citation_missing' })
  await assert.rejects(readCitation(lake, '../catalog'), { code: 'citation_missing' })
  // What keeps batches must not be passed over because it cannot be read.
  await writeFile(
    join(folder, 'citations', `${first.citation}.json`),
    JSON.stringify({ ...first, batch_at: '2026-01-05T06:00:00Z' }),
  )
  await assert.rejects(citedBatches(lake), { code: 'lake_damaged' })
})
