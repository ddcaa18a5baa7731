import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { localStorage } from '../../src/lake/local/storage.ts'
import {
  batchEventsLocation,
  keepEvents,
  readEvents,
  replaceEvents,
  runEventsLocation,
} from '../../src/lineage/event-log.ts'
import type { LineageEvent } from '../../src/lineage/event.ts'

const event = (runId: string): LineageEvent => ({
  eventType: 'START',
  eventTime: '2026-11-23T06:00:00Z',
  producer: 'urn:blotter:0',
  schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
  run: { runId, facets: {} },
  job: { namespace: 'n', name: 'j', facets: {} },
  inputs: [],
  outputs: [],
})

async function lake(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'blotter-events-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return { storage: localStorage(), location: batchEventsLocation(`file://${folder}`, '2026-11-23T06:00:00Z'), folder }
}

test('the events of a batch are written once: a second attempt gives those of the first', async (t) => {
  const { storage, location } = await lake(t)
  assert.equal(await readEvents(storage, location), undefined)
  assert.deepEqual(await keepEvents(storage, location, async () => [event('a'), event('b')]), [event('a'), event('b')])
  const again = await keepEvents(storage, location, () => assert.fail('they are there already'))
  assert.deepEqual(again, [event('a'), event('b')])
})

test('those of another end of a run take the place of the ones before', async (t) => {
  const { storage, folder } = await lake(t)
  const location = runEventsLocation(`file://${folder}`, '2026-11-23T06:00:00Z', 'run', 'failed')
  await replaceEvents(storage, location, [event('a')])
  await replaceEvents(storage, location, [event('b')])
  assert.deepEqual(await readEvents(storage, location), [event('b')])
})

test('what is no line of JSON is no event', async (t) => {
  const { storage, location, folder } = await lake(t)
  await keepEvents(storage, location, async () => [event('a')])
  await writeFile(join(folder, 'lineage/events/2026-11-23T06:00:00Z.ndjson'), '{"eventType":')
  assert.equal(await readEvents(storage, location), undefined)
})
