import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { openDuckDb } from '../../src/engine/duckdb/engine.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { matchesSql, readCondition } from '../../src/history/condition.ts'
import { loadPipeline } from '../../src/pipeline/definition/load.ts'

const { source } = await loadPipeline(join(import.meta.dirname, '../../pipelines/chicago-crimes'))

describe('A condition on incidents', () => {
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
  const read = (text: string): Promise<string> => readCondition(text, source, engine)

  it('is any boolean expression over their columns', async () => {
    for (const text of [
      'year=2019',
      " primary_type = 'THEFT' ",
      'Year between 2001 and 2005 or ward in (1, 2)',
      "block ilike '%state st' and not arrest",
      "date >= timestamp '2024-01-01' and strftime(date, '%H') < '06'",
      'case when arrest is null then false else length(description) > 3 end -- why',
      'abs(latitude - 41.9) < 0.01',
      "case_number = 'it''s; select 1'",
    ])
      assert.equal(await read(text), text.trim())
  })

  it('is refused where it is more, reads anything, or is not the same tomorrow', async () => {
    const refused: [text: string, why: RegExp][] = [
      ['', /empty/],
      ['year', /INTEGER, neither true nor false/],
      ['year = 2019 limit 1', /more than one condition/],
      ['year = 2019 group by 1', /more than one condition/],
      ['true; drop table x', /more than one|parse/],
      ['1=1) or (2=2', /parse/],
      ['primary_type = THEFT', /no column THEFT/],
      ['batch_at is null', /no column batch_at/],
      ['raw.crimes.year = 2019', /no column/],
      ['id in (select 1)', /subquery/],
      ["exists (from read_text('/etc/passwd'))", /subquery/],
      ['date < now()', /now/],
      ['date < current_date', /function|column/],
      ['random() < 0.5', /random/],
      ["current_setting('memory_limit') = 'x'", /current_setting/],
      ["getvariable('x') = 1", /getvariable/],
      ['count(*) > 1', /count|star/],
      ['row_number() over () = 1', /window/],
      ['list_sum([year]) > 1', /list_sum/],
      ['COLUMNS(*) = 1', /star/],
      ['year = $1', /parameter/],
      ["year = 'x' and", /parse/],
      ["latitude = 'north'", /engine says|neither/],
    ]
    for (const [text, why] of refused) await assert.rejects(read(text), { code: 'usage', message: why }, text)
  })

  it('does not match where it cannot be said', async () => {
    const [row] = await engine.rows(`SELECT ${matchesSql('year = 2019 -- x')} AS it FROM (SELECT NULL::INT AS year)`)
    assert.deepEqual(row, { it: false })
    assert.equal(matchesSql(null), 'true')
  })
})
