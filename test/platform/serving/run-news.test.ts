import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sleep } from '../../../src/clock.ts'
import type { PlatformEvent } from '../../../src/platform/serving/events.ts'
import { type Incident, makeCity } from '../../pipeline/city.ts'

const theft: Incident = {
  id: 1,
  date: '2025-12-01 12:00:00',
  primary_type: 'THEFT',
  description: 'SIMPLE',
  block: '0XX W ADAMS ST',
  location_description: 'STREET',
  arrest: 'false',
  updated_on: '2026-01-01 15:40:00',
}

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
