import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { type AskedQuery, KEPT_QUERIES, listQueries, noteQuery } from '../../src/state/query-rows.ts'
import { openState } from '../../src/state/state.ts'

test('each asker finds what they asked, the newest first, and as many as are kept', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'blotter-'))
  const { database, close } = openState(folder)
  t.after(() => {
    close()
    rmSync(folder, { recursive: true })
  })
  const asked = (query: string): AskedQuery => ({
    query,
    sql: `select '${query}'`,
    batch_at: '2026-11-23T06:00:00Z',
    state: 'succeeded',
    started_at: '2026-11-23T07:00:00.000Z',
    seconds: 0.5,
    rows: 1,
    problem: null,
  })
  const other: AskedQuery = { ...asked('z'), state: 'failed', batch_at: null, rows: null, problem: 'It failed.' }
  noteQuery(database, 'you', other)
  for (let i = 0; i < KEPT_QUERIES + 3; i++) noteQuery(database, 'me', asked(`q${i}`))
  const mine = listQueries(database, 'me', { offset: 0, limit: 2 })
  assert.equal(mine.total, KEPT_QUERIES)
  assert.deepEqual({ ...mine.queries[0] }, asked(`q${KEPT_QUERIES + 2}`))
  assert.equal(listQueries(database, 'me', { offset: KEPT_QUERIES - 1, limit: 9 }).queries[0]!.query, 'q3')
  assert.deepEqual({ ...listQueries(database, 'you', { offset: 0, limit: 9 }).queries[0] }, other)
  assert.deepEqual(listQueries(database, 'nobody', { offset: 0, limit: 9 }), { total: 0, queries: [] })
})
