import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { makeCity, theft } from '../pipeline/city.ts'

test('a query that needs more memory than it is granted spills to disk, also where the state folder is gone', async () => {
  await using city = await makeCity({ env: { BLOTTER_MEMORY: '128MiB' } })
  await city.publish([theft])
  await city.run()
  const wide = `SELECT count(*) AS n FROM (SELECT i, md5(CAST(i AS VARCHAR)) AS m FROM range(1500000) t(i), raw.crimes ORDER BY m OFFSET 1)`
  assert.deepEqual(await city.query(wide), [{ n: 1_499_999n }])
  await rm(join(city.lake, '.blotter'), { recursive: true, force: true })
  assert.deepEqual(await city.query(wide), [{ n: 1_499_999n }])
})
