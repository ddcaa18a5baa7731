import assert from 'node:assert/strict'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { loadConfig } from '../../../src/config.ts'
import { silentLog } from '../../../src/log.ts'
import { openPlatform } from '../../../src/platform.ts'
import type { Figures } from '../../../src/platform/serving/figures.ts'
import { makeFaultyCity } from '../../faults/city.ts'

const WATCH = { signal: new AbortController().signal, onEvent: () => {} }

describe('The figures', () => {
  it('are none before the first batch, and then those of state, lake and schedule', async () => {
    await using city = await makeFaultyCity()
    await city.publish(0)
    const yaml = `source: { url: "file:${city.file}" }\nlake: ${city.lake}\nschedule: { cron: "0 6 * * *" }\nsla: { freshness: 26h }\n`
    await writeFile(join(city.folder, 'blotter.yaml'), yaml)
    const now = new Date('2026-11-23T06:00:10.000Z')
    await using platform = await openPlatform(loadConfig({ env: {}, flags: {}, cwd: city.folder }), silentLog, {
      now: () => now,
    })
    const { nextRunAt, ...nothing } = await platform.serving().figures()
    assert.equal(nextRunAt, Date.parse('2026-11-24T06:00:00Z') / 1000)
    const outbox = { alerts: 0, givenUp: 0, lineage: 0 }
    const none: Figures = { runs: {}, rows: {}, changes: {}, margins: {}, tables: [], secrets: [], outbox, unreadable: [] }
    assert.deepEqual(nothing, none)

    const report = await platform.run({ full: false }, WATCH)
    const figures = await platform.serving().figures()
    assert.deepEqual(figures.runs, { succeeded: 1 })
    assert.deepEqual(figures.rows, report.rows)
    assert.deepEqual(figures.changes, report.changes)
    assert.equal(figures.batches, 1)
    assert.equal(figures.newestBatchAt, Date.parse(report.batch_at) / 1000)
    assert.equal(figures.lastRun?.state, 'succeeded')
    const tries = report.steps.map(({ name, attempts }) => `${name} ${attempts}`)
    assert.deepEqual(
      figures.lastRun?.steps.map(({ step, attempts }) => `${step} ${attempts}`),
      tries,
    )
    assert.equal(figures.margins['freshness'], 26 * 3600)
    assert.ok((figures.margins['run'] ?? 0) > 2000)
    for (const { name, rows } of report.tables)
      assert.equal(figures.tables.find((table) => table.table === name)?.rows, rows, name)
    assert.ok((figures.lakeBytes ?? 0) > figures.tables.reduce((sum, table) => sum + table.bytes, 0))
  })

  it('of a lake that cannot be read are missing, and it is said, while the others are there', async () => {
    await using city = await makeFaultyCity()
    await city.publish(0)
    assert.equal((await city.run()).code, 0)
    await rm(join(city.lake, 'history'), { recursive: true })
    await using platform = await openPlatform(
      loadConfig({ env: {}, flags: { lake: city.lake }, cwd: city.folder }),
      silentLog,
    )
    const { unreadable, tables, runs } = await platform.serving().figures()
    assert.deepEqual([unreadable, tables, runs], [['lake'], [], { succeeded: 1 }])
  })
})
