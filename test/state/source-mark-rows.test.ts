import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { readSourceMark, writeSourceMark } from '../../src/state/source-mark-rows.ts'
import { openState } from '../../src/state/state.ts'

test('what a source looked like is kept by its name, the newest look alone, and never with its password', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'blotter-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  using state = openState(folder)
  const at = '2026-11-23T06:00:00.000Z'
  writeSourceMark(state.database, 'mysql://reader:sesame@host/city?table=crimes', { mark: 'one', run: 'r1', at })
  writeSourceMark(state.database, 'mysql://reader@host/city?table=crimes', { mark: 'two', run: 'r2', at })
  assert.equal(readSourceMark(state.database, 'mysql://reader:other@host/city?table=crimes'), 'two')
  assert.equal(readSourceMark(state.database, 'mysql://reader@host/city?table=other'), undefined)
  const rows = state.database.all<{ source: string; run: string }>('SELECT source, run FROM source_marks')
  assert.deepEqual(
    rows.map((row) => [row.source, row.run]),
    [['mysql://reader@host/city?table=crimes', 'r2']],
  )
})
