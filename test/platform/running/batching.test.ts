import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { makeCity, watch } from '../../pipeline/city.ts'

test('asking for runs where there is no lake says so and makes none', async () => {
  await using city = await makeCity()
  const { platform } = city
  for (const ask of [
    () => platform.runShow(),
    () => platform.runShow('nobody'),
    () => platform.runResume(undefined, watch()),
    () => platform.runRelease(undefined, watch()),
    () => platform.runTerminate('nobody'),
  ]) {
    await assert.rejects(ask, { code: 'run_missing', message: /^There is no run (?:yet|nobody)\./ })
  }
  assert.equal(existsSync(city.lake), false)
})

test('releasing quarantined rows makes no first batch of nothing', async () => {
  await using city = await makeCity()
  await city.publish([])
  assert.equal((await city.run({})).state, 'held')
  await assert.rejects(city.platform.quarantineRelease(watch()), { code: 'batch_missing' })
  assert.deepEqual(await city.platform.batches(), [])
})
