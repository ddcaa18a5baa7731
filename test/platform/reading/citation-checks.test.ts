import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { citationName } from '../../../src/history/citations.ts'
import { makeCity, theft, watch } from '../../pipeline/city.ts'

test('doctor looks whether citations can be checked: their files, batches and tables', async () => {
  await using city = await makeCity()
  await city.publish([theft])
  await city.run({ at: '2026-01-01T06:00:00Z' })
  const look = async () => (await city.platform.doctor({ rebuild: false })).find((check) => check.name === 'citations')!
  assert.deepEqual([(await look()).state, (await look()).message], ['ok', 'nothing has been cited'])
  const { signal } = watch()
  const sql = "with n as (select count(*) as n from crimes_at('latest')) select n from n, raw.crimes"
  const cited = await city.platform.cite(sql, { signal })
  assert.match((await look()).message, /all 1 are whole/)

  const file = join(city.lake, 'citations', `${cited.citation}.json`)
  const whole = await readFile(file, 'utf8')
  const found = async (text: string, message: RegExp): Promise<void> => {
    await writeFile(file, text)
    const { state, message: told, fix } = await look()
    assert.equal(state, 'fail', told)
    assert.match(told, message)
    assert.match(fix ?? '', /cite remove/)
    await writeFile(file, whole)
  }
  await found(whole.slice(0, 40), /is not JSON/)
  await found(whole.replace('"rows": 1', '"rows": "1"'), /is no citation/)
  const altered = whole.replace('{\\"n\\":1}', '{\\"n\\":7}')
  await found(altered, /the result in it is not the one of its hash/)
  await writeFile(file, altered)
  await assert.rejects(city.platform.citeCheck(cited.citation, { signal }), { code: 'lake_damaged' })
  await writeFile(file, whole)
  const renamed = async (change: object): Promise<void> => {
    const other = { ...cited, ...change }
    const name = citationName(other)
    await writeFile(join(city.lake, 'citations', `${name}.json`), JSON.stringify({ ...other, citation: name }))
  }
  await renamed({ batch_at: '2025-01-01T06:00:00Z' })
  assert.match((await look()).message, /1 of 2 cannot be checked: .* is of the batch 2025-01-01T06:00:00Z, which is gone/)
  await renamed({ query: 'select * from raw.gone' })
  const { message } = await look()
  assert.match(message, /2 of 3 cannot be checked: .* And others/)
})
