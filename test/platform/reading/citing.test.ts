import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { citationName, writeCitation } from '../../../src/history/citations.ts'
import { localStorage } from '../../../src/lake/local/storage.ts'
import { keepCitation } from '../../../src/platform/reading/citing.ts'

test('who has cited as much as one may is told so before anything is run', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'blotter-'))
  t.after(() => rm(folder, { recursive: true }))
  const lake = { storage: localStorage(), location: `file://${folder}` }
  const parts = { query: 'select 1', batch_at: '2026-11-23T06:00:00Z', refs: {}, sha256: 'a'.repeat(64) }
  const told = { columns: [], rows: 1, code_version: '1', cited_at: '2026-11-23T07:00:00Z', cited_by: 'desk@example.org' }
  await writeCitation(lake, { citation: citationName(parts), ...parts, ...told })
  const cite = (by: string) =>
    keepCitation({ lake: () => lake } as never, 'no engine' as never, { sql: 'x', at: 'latest', by, most: 1 }, t.signal)
  await assert.rejects(cite('desk@example.org'), { code: 'citation_refused', message: /1 citations already/ })
  await assert.rejects(cite('other@example.org'), TypeError)
})
