import assert from 'node:assert/strict'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { BlotterError, interrupted } from '../../../src/errors.ts'
import type { EventDataset, LineageEvent } from '../../../src/lineage/event.ts'
import { noSpecification } from '../../services/specification.ts'
import { answering, listener } from '../../lineage/listener.ts'
import { facetNames, openLineageJudge } from '../../lineage/schemas.ts'
import { type City, type Incident, makeCity, watch } from '../city.ts'

const incident = (id: number, more: Partial<Incident> = {}): Incident => ({
  id,
  date: '2024-03-10 02:30:00',
  primary_type: 'THEFT',
  description: 'FROM BUILDING',
  block: '001XX W LAKE ST',
  location_description: 'STREET',
  arrest: 'false',
  updated_on: '2024-03-11 00:00:00',
  ...more,
})
const many = (n: number): Incident[] => Array.from({ length: n }, (_, i) => incident(i + 1))

const CANARY = 'canary-5f3a9'

async function eventFiles(city: City): Promise<Record<string, LineageEvent[]>> {
  const folder = join(city.lake, 'lineage/events')
  const names = (await readdir(folder).catch(() => [])).sort()
  const read = async (name: string): Promise<LineageEvent[]> =>
    (await readFile(join(folder, name), 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as LineageEvent)
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await read(name)] as const)))
}

const told = (events: readonly LineageEvent[]): string[] =>
  events.map((event) => `${event.eventType} ${event.job.name.replace('chicago-crimes', 'run')}`)
const end = (events: readonly LineageEvent[], step: string): LineageEvent =>
  events.findLast((event) => event.job.name === `chicago-crimes.${step}`)!
const facet = (dataset: EventDataset | undefined, name: string): Record<string, unknown> =>
  (dataset?.facets?.[name] ?? {}) as Record<string, unknown>
const table = (event: LineageEvent, name: string): EventDataset | undefined =>
  event.outputs.find((one) => one.name.endsWith(`/lake/${name.replace('.', '/')}`))

describe('A batch', () => {
  it('leaves a start and an end for the run and each of its steps, steps under their run', async () => {
    await using city = await makeCity()
    await city.publish(many(5))
    const report = await city.run({ at: '2026-11-21T06:00:00Z' })
    const files = await eventFiles(city)
    assert.deepEqual(Object.keys(files), ['2026-11-21T06:00:00Z.ndjson'])
    const [events = []] = Object.values(files)
    const steps = ['extract', 'check', 'land', 'transform', 'aggregate', 'commit', 'publish']
    assert.deepEqual(told(events), [
      'START run',
      ...steps.flatMap((step) => [`START run.${step}`, `COMPLETE run.${step}`]),
      'COMPLETE run',
    ])
    const run = events[0]!.run.runId
    for (const event of events.slice(1, -1)) {
      assert.deepEqual((event.run.facets['parent'] as { run?: unknown }).run, { runId: run })
      assert.notEqual(event.run.runId, run)
    }
    assert.equal(new Set(events.map((event) => event.run.runId)).size, 8)
    assert.equal((events[0]!.run.facets['nominalTime'] as { nominalStartTime?: string }).nominalStartTime, report.batch_at)
    assert.match(JSON.stringify(end(events, 'transform').job.facets['sql']), /left join reference\.crime_types/)
  })

  it('tells versions and sizes that are those of its report and its tables', async () => {
    await using city = await makeCity()
    await city.publish([...many(5), incident(6, { date: 'never' })])
    const report = await city.run()
    const [events = []] = Object.values(await eventFiles(city))
    for (const { name, snapshot_id, rows } of report.tables) {
      const step = events.find(
        (event) => event.eventType === 'COMPLETE' && event.job.name.includes('.') && table(event, name),
      )!
      const output = table(step, name)
      assert.equal(facet(output, 'version')['datasetVersion'], snapshot_id)
      assert.equal(facet(output, 'dataQualityMetrics')['rowCount'], rows)
      assert.equal(facet(output, 'lifecycleStateChange')['lifecycleStateChange'], 'CREATE')
      assert.deepEqual((facet(output, 'symlinks')['identifiers'] as unknown[])[0], {
        namespace: `file://${city.lake}`,
        name,
        type: 'TABLE',
      })
      const [columns] = await city.query(`select count(*) as n from (describe ${name})`)
      assert.equal(Object.keys(facet(output, 'columnLineage')['fields'] as object).length, Number(columns!['n']), name)
      assert.doesNotMatch(JSON.stringify(output), /unresolved|"unknown"/)
    }
    const checked = end(events, 'check').inputs[0]!.inputFacets!['dataQualityAssertions'] as unknown as {
      assertions: { name: string; success: boolean; actual: string }[]
    }
    const outcome = Object.fromEntries(checked.assertions.map(({ name, success, actual }) => [name, [success, actual]]))
    assert.deepEqual(outcome['bad_date'], [false, '1'])
    assert.deepEqual(outcome['key_missing'], [true, '0'])
    assert.deepEqual([outcome['keyless']?.[0], outcome['vanished']?.[0], outcome['source_empty']?.[0]], [true, true, true])
    const last = events.at(-1)!
    assert.deepEqual(
      last.inputs.map(({ namespace, name }) => [namespace, name]),
      [['file', join(city.folder, 'crimes.csv')]],
    )
    assert.equal(last.outputs.length, report.tables.length)
  })

  it('that changes nothing tells of the one table that it wrote', async () => {
    await using city = await makeCity()
    await city.publish(many(5))
    await city.run({ at: '2026-11-21T06:00:00Z' })
    await city.run({ at: '2026-11-22T06:00:00Z' })
    const events = (await eventFiles(city))['2026-11-22T06:00:00Z.ndjson']!
    assert.deepEqual(
      events.at(-1)!.outputs.map((output) => output.name.split('/lake/')[1]),
      ['history/batches'],
    )
  })
})

describe('A run that does not come to its end at once', () => {
  it('leaves the same ids and one file when it goes on after an interruption, before and after its commit', async () => {
    for (const step of ['land', 'publish']) {
      await using city = await makeCity()
      await city.publish(many(5))
      const stop = new AbortController()
      const stopping = {
        signal: stop.signal,
        onEvent: (event: { type: string; step?: string }) => void (event.step === step && stop.abort(interrupted())),
      }
      await assert.rejects(city.platform.run({ full: false }, stopping), { code: 'interrupted' })
      const begun = (await city.platform.runs())[0]!
      assert.equal(begun.state, 'queued')
      const report = await city.run()
      assert.equal(report.run, begun.run)
      const files = await eventFiles(city)
      assert.deepEqual(Object.keys(files), [`${report.batch_at}.ndjson`])
      const [events = []] = Object.values(files)
      assert.equal(new Set(told(events)).size, 16)
      assert.equal(new Set(events.map((event) => `${event.run.runId} ${event.eventType}`)).size, 16)
    }
  })

  it('ends with FAIL and the error of its step', async () => {
    await using city = await makeCity()
    await city.publish(many(5))
    await city.run()
    await city.publish([])
    const broken = await makeBroken(city)
    const failed = broken.find((event) => event.eventType === 'FAIL' && event.job.name === 'chicago-crimes')!
    assert.match(JSON.stringify(failed.run.facets['errorMessage']), /source_/)
    assert.deepEqual(failed.outputs, [])
  })

  it('ends with ABORT while a guard holds it, and with COMPLETE under the same id once it is released', async () => {
    await using city = await makeCity()
    await city.publish(many(10))
    await city.run({ at: '2026-11-21T06:00:00Z' })
    await city.publish(many(2))
    const held = await city.run({ at: '2026-11-22T06:00:00Z' })
    assert.equal(held.state, 'held')
    const aborted = (await eventFiles(city))[`2026-11-22T06:00:00Z.${held.run}.held.ndjson`]!
    assert.deepEqual(told(aborted).slice(-3), ['START run.land', 'ABORT run.land', 'ABORT run'])
    assert.match(JSON.stringify(end(aborted, 'land').inputs[0]!.inputFacets), /"name":"vanished"[^}]*"success":false/)
    await city.platform.runRelease(undefined, watch())
    const done = (await eventFiles(city))['2026-11-22T06:00:00Z.ndjson']!
    assert.equal(told(done).at(-1), 'COMPLETE run')
    assert.equal(done.at(-1)!.run.runId, aborted.at(-1)!.run.runId)
  })

  it('is told of when it is terminated', async () => {
    await using city = await makeCity()
    await city.publish(many(10))
    await city.run({ at: '2026-11-21T06:00:00Z' })
    await city.publish(many(2))
    const held = await city.run({ at: '2026-11-22T06:00:00Z' })
    await city.platform.runTerminate()
    const events = (await eventFiles(city))[`2026-11-22T06:00:00Z.${held.run}.terminated.ndjson`]!
    assert.equal(told(events).at(-1), 'ABORT run')
  })
})

/** Makes a run fail, and gives the events that it left. */
async function makeBroken(city: City): Promise<LineageEvent[]> {
  await writeFile(join(city.folder, 'crimes.csv'), 'PAR1 this is not what it seems\0\u0001')
  await assert.rejects(city.run(), BlotterError)
  const files = await eventFiles(city)
  const name = Object.keys(files).find((file) => file.endsWith('.failed.ndjson') || file.endsWith('.held.ndjson'))
  assert.ok(name, Object.keys(files).join())
  return files[name]!
}

describe('Events', () => {
  it('are valid by the published schemas, with every facet', { skip: noSpecification('openlineage') }, async () => {
    await using city = await makeCity()
    await city.publish([...many(10), incident(11, { date: 'never' })])
    await city.run({ at: '2026-11-21T06:00:00Z' })
    await city.publish([incident(1, { arrest: 'true', updated_on: '2024-04-01 00:00:00' }), ...many(12).slice(1)])
    await city.run({ at: '2026-11-22T06:00:00Z' })
    await city.platform.restore({ ref: '2026-11-21', where: 'id=1' }, watch())
    await city.publish(many(2))
    await city.run({ at: '2099-11-23T06:00:00Z' })
    const files = await eventFiles(city)
    assert.equal(Object.keys(files).length, 4)
    const events = Object.values(files).flat()
    const judge = openLineageJudge()
    for (const event of events) assert.deepEqual(judge(event), [])
    const odd = structuredClone(end(events, 'land')) as { run: { runId: string } } & LineageEvent
    odd.run.runId = 'no uuid'
    assert.notDeepEqual(judge(odd), [])
    const wanted =
      `catalog columnLineage dataQualityAssertions dataQualityMetrics dataSource datasetType documentation errorMessage
      inputStatistics jobType lifecycleStateChange nominalTime outputStatistics parent processing_engine schema sourceCodeLocation
      sql storage symlinks tags version`.split(/\s+/)
    assert.deepEqual([...facetNames(events)].sort(), wanted)
    assert.doesNotMatch(JSON.stringify(events), /unresolved|"unknown"/)
  })

  it('reach a listener, in order, and are in no need of one', async (t) => {
    const { url, received } = await listener(t, answering(201))
    await using city = await makeCity({
      env: { OPENLINEAGE_URL: url, OPENLINEAGE_API_KEY: CANARY, OPENLINEAGE_NAMESPACE: 'police' },
    })
    await city.publish(many(5))
    await city.run()
    const [events = []] = Object.values(await eventFiles(city))
    assert.deepEqual(
      received.map((one) => one.body),
      events,
    )
    assert.ok(received.every((one) => one.authorization === `Bearer ${CANARY}`))
    assert.ok(events.every((event) => event.job.namespace === 'police'))
  })

  it('hold no credential, nor does anything that is kept of them', async (t) => {
    const { url, received } = await listener(t, answering(201))
    const env = { OPENLINEAGE_URL: url, OPENLINEAGE_API_KEY: CANARY, BLOTTER_SOURCE_PASSWORD: CANARY }
    await using city = await makeCity({ env })
    await city.publish(many(5))
    await city.run()
    assert.doesNotMatch(JSON.stringify(received.map((one) => one.body)), /canary/)
    for (const entry of await readdir(city.lake, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue
      const path = join(entry.parentPath, entry.name)
      assert.ok(!(await readFile(path)).includes(CANARY), path)
    }
  })

  it('wait for a later run where nobody listens, which neither fails nor slows the run', async (t) => {
    const notices: string[] = []
    const onEvent = (event: { type: string; message?: string }) =>
      void (event.type === 'notice' && notices.push(event.message ?? ''))
    const state = { hangs: true }
    const { url, received } = await listener(t, (nth, response) => (state.hangs ? undefined : answering(201)(nth, response)))
    await using city = await makeCity({ env: { OPENLINEAGE_URL: url } })
    await city.publish(many(5))
    const begun = performance.now()
    const report = await city.platform.run({ full: false }, { signal: new AbortController().signal, onEvent })
    assert.equal(report.state, 'succeeded')
    assert.ok(performance.now() - begun < 12_000)
    assert.match(notices.join('\n'), /could not be posted to http:.*16 wait/)
    state.hangs = false
    received.length = 0
    await city.run()
    assert.equal(received.length, 32)
    assert.equal(new Set(received.map((one) => `${one.body.run.runId} ${one.body.eventType}`)).size, 32)
  })
})
