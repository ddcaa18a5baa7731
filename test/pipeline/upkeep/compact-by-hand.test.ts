import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { BatchOutcome } from '../../../src/pipeline/batch/batch-maker.ts'
import type { WorkEvent } from '../../../src/platform/running/watch.ts'
import { type Incident, makeCity, watch } from '../city.ts'
import { everything } from '../everything.ts'

const name = (day: number): string => new Date(Date.UTC(2026, 0, 28 + day, 6)).toISOString().replace('.000', '')

/** Incidents after so many days, on each of which `each` others have changed. */
const rowsOf = (day: number, each = 2): Incident[] =>
  Array.from({ length: 160 }, (_, i) => {
    const changed = Math.floor(i / each) < day ? Math.floor(i / each) + 1 : 0
    return {
      id: i + 1,
      date: '2025-12-01 12:00:00',
      primary_type: i % 2 ? 'THEFT' : 'BATTERY',
      description: 'SIMPLE',
      block: `${i}00XX W ADAMS ST`,
      location_description: `STREET ${changed}`,
      arrest: i % 5 === 0 ? 'true' : 'false',
      updated_on: `2026-01-01 15:40:${String(changed).padStart(2, '0')}`,
    }
  })

test('every batch and every diff read the same before and after compaction, and a run goes on from there', async () => {
  await using city = await makeCity()
  const days = 7
  const before = new Map<string, unknown[]>()
  for (let day = 0; day < days; day++) {
    await city.publish(rowsOf(day))
    await city.run({ at: name(day) })
  }
  for (let day = 0; day < days; day++) before.set(name(day), await everything(city, name(day)))
  const diffs = [
    await city.platform.diff(name(0), name(6), { rows: true }),
    await city.platform.diff(name(4), name(5), { rows: true }),
  ]

  const planned = await city.platform.compact({ dryRun: true }, watch())
  assert.equal(planned.dry_run, true)
  const raw = planned.tables.find((table) => table.name === 'raw.crimes')!
  assert.ok(raw.rewritten > raw.written && raw.deletes_dropped > 0)
  assert.deepEqual(await city.platform.compact({ dryRun: true }, watch()), planned, 'nothing was done')
  const done = await city.platform.compact({ dryRun: false }, watch())
  assert.deepEqual(done, { ...planned, dry_run: false })
  assert.deepEqual(await city.platform.compact({ dryRun: false }, watch()), { dry_run: false, tables: [] })

  for (const [at, rows] of before) assert.deepEqual(await everything(city, at), rows, at)
  assert.deepEqual(
    [await city.platform.diff(name(0), name(6), { rows: true }), await city.platform.diff(name(4), name(5), { rows: true })],
    diffs,
  )
  const [table] = (await city.platform.tables()).filter((one) => one.name === 'raw.crimes')
  assert.equal(table!.batch_at, name(6))

  await city.publish(rowsOf(days))
  const report = await city.run({ at: name(days) })
  assert.equal(report.kind, 'incremental')
  assert.equal(report.rows.landed, 2)
  assert.deepEqual(await everything(city, name(6)), before.get(name(6)))
  assert.deepEqual(readdirSync(join(city.lake, '.blotter/runs')), [])
})

test('a run compacts by itself where many rows are hidden, and its batch reads the same', async () => {
  await using city = await makeCity()
  await city.publish(rowsOf(0))
  await city.run({ at: name(0) })
  const compacted = []
  for (let day = 1; day < 4; day++) {
    await city.publish(rowsOf(day, 12))
    const { run } = await city.run({ at: name(day) })
    const detail = await city.platform.runShow(run)
    assert.equal(detail.steps.at(-1)!.state, 'succeeded')
    const [row] = await city.query('select count(*)::int as n, count(distinct id)::int as ids from raw.crimes')
    assert.deepEqual(row, { n: 160, ids: 160 })
    const files = (await city.platform.tables()).find((table) => table.name === 'raw.crimes')!.files
    compacted.push(files)
  }
  // The second batch hides more than a tenth of the first one's file: after it, there are three files without deletes.
  assert.deepEqual(compacted, [3, 3, 5])
})

test('whoever interrupts the compaction that follows a batch keeps the batch', async () => {
  await using city = await makeCity()
  await city.publish(rowsOf(0))
  await city.run({ at: name(0) })
  await city.publish(rowsOf(1, 20))
  const stop = new AbortController()
  const onEvent = (event: WorkEvent): void =>
    void (event.type === 'notice' && event.message.includes('Compacting') && stop.abort())
  const report = await city.platform.run({ full: false, at: name(1) }, { signal: stop.signal, onEvent })
  assert.deepEqual([report.state, stop.signal.aborted], ['succeeded', true])
  const due = await city.platform.compact({ dryRun: true }, watch())
  assert.equal(due.tables.find((table) => table.name === 'raw.crimes')?.deletes_dropped, 1)
  const [row] = await city.query('select count(*)::int as n, count(distinct id)::int as ids from raw.crimes')
  assert.deepEqual(row, { n: 160, ids: 160 })
})

test('a run tells what it came to before the compaction that follows it, and another one waits for that', async () => {
  await using city = await makeCity()
  await city.publish(rowsOf(0))
  await city.run({ at: name(0) })
  await city.publish(rowsOf(1, 20))
  const told: string[] = []
  const notices = (into: string[]) => (event: WorkEvent) => void (event.type === 'notice' && into.push(event.message))
  const others: string[] = []
  let second: Promise<BatchOutcome> | undefined
  const first = await city.platform.run(
    { full: false, at: name(1) },
    {
      ...watch(),
      onEvent: notices(told),
      onOutcome: async ({ state }) => {
        told.push(state)
        second = city.platform.run({ full: false, at: name(2) }, { ...watch(), onEvent: notices(others) })
      },
    },
  )
  assert.equal(first.state, 'succeeded')
  assert.match(told.join('\n'), /^succeeded\n.*Compacting .*raw\.crimes/)
  assert.equal((await second)?.state, 'succeeded')
  assert.match(others[0]!, /^Waiting for the run .* to be done with this lake\.$/)
})

test('compaction waits for nobody: a held run has to be decided first', async () => {
  await using city = await makeCity()
  await city.publish(rowsOf(0))
  await city.run({ at: name(0) })
  await city.publish(rowsOf(1).slice(0, 40))
  const held = await city.platform.run({ full: false, at: name(1) }, watch())
  assert.equal(held.state, 'held')
  await assert.rejects(city.platform.compact({ dryRun: false }, watch()), {
    code: 'run_held',
    message: new RegExp(held.run),
  })
  await city.platform.runRelease(held.run, watch())
  await city.platform.compact({ dryRun: false }, watch())
})

test('a lake that is not there is not made by compaction', async () => {
  await using city = await makeCity()
  await assert.rejects(city.platform.compact({ dryRun: false }, watch()), { code: 'lake_missing' })
})
