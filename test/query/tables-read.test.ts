import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { openDuckDb } from '../../src/engine/duckdb/engine.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { readOnlyStatement } from '../../src/query/statement.ts'
import { tablesRead } from '../../src/query/tables-read.ts'

const KNOWN = ['raw.crimes', 'processed.open', 'history.batches']

describe('Of the tables of a lake, a statement opens', () => {
  let folder: string
  let engine: Engine
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'blotter-'))
    engine = await openDuckDb({ memoryBytes: 128 * 2 ** 20, spillFolder: join(folder, 'spill'), threads: 1 })
  })
  after(async () => {
    await engine[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  const readBy = async (sql: string): Promise<string[] | 'all'> => {
    const { parsed } = await readOnlyStatement(sql, (text) => engine.rows(text))
    const read = tablesRead(parsed, KNOWN)
    return read ? [...read].sort() : 'all'
  }

  it('only those that it reads', async () => {
    assert.deepEqual(await readBy('select 1'), [])
    assert.deepEqual(await readBy('select * from RAW.Crimes join "processed"."open" using (id)'), [
      'processed.open',
      'raw.crimes',
    ])
    assert.deepEqual(
      await readBy('with x as (from raw.crimes) select * from x where id in (select max(id) from history.batches)'),
      ['history.batches', 'raw.crimes'],
    )
    assert.deepEqual(await readBy('explain from raw.crimes union all from raw.crimes'), ['raw.crimes'])
  })

  it('all where it asks which there are, or for one that is not there', async () => {
    for (const sql of [
      'show all tables',
      'describe raw.crimes',
      'from duckdb_tables()',
      'from raw.crime',
      'from information_schema.tables',
    ]) {
      assert.equal(await readBy(sql), 'all', sql)
    }
  })
})
