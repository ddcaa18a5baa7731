import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sleep } from '../../../src/clock.ts'
import type { PlatformEvent } from '../../../src/platform/serving/events.ts'
import { makeCity, theft } from '../../pipeline/city.ts'

test('who listens is told how a run goes, also where there was no state when listening began', async () => {
  await using city = await makeCity()
  const { events } = city.platform.serving()
  const heard: PlatformEvent[] = []
  const leave = events.subscribe((event) => heard.push(event))
  await city.publish([theft])
  const { run } = await city.run()
  const isOver = (): boolean => heard.some(({ type, state }) => type === 'run' && state === 'succeeded')
  for (let waited = 0; !isOver() && waited < 100; waited++) await sleep(50)
  const last = heard.filter(({ type }) => type === 'run').at(-1)
  assert.deepEqual([last?.['run'], last?.['state'], last?.['step']], [run, 'succeeded', 'publish'])
  leave()
  leave()
})
