import assert from 'node:assert/strict'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadConfig } from '../src/config.ts'
import { silentLog } from '../src/log.ts'
import { openPlatform } from '../src/platform.ts'
import { makeCity, theft, watch } from './pipeline/city.ts'

test('a platform is opened without making anything on disk, and answers that there is nothing yet', async () => {
  await using city = await makeCity()
  assert.deepEqual(await city.platform.batches(), [])
  assert.deepEqual(await city.platform.tables(), [])
  assert.deepEqual(await city.platform.runs(), [])
  await assert.rejects(city.platform.diff('latest~1', 'latest', { rows: false }), { code: 'lake_missing' })
})

test('batches, tables, runs and an incident’s life tell of one batch alike', async () => {
  await using city = await makeCity()
  await city.publish([theft, { ...theft, id: 2, arrest: 'true' }])
  const report = await city.run({ at: '2026-02-01T06:00:00Z' })
  const [batch] = await city.platform.batches()
  assert.deepEqual(
    { batch_at: batch!.batch_at, run: batch!.run, kind: batch!.kind, rows: batch!.rows, changes: batch!.changes },
    { batch_at: report.batch_at, run: report.run, kind: 'full', rows: report.rows, changes: { new: 2 } },
  )
  const tables = await city.platform.tables()
  assert.deepEqual(
    tables.map(({ name, rows, snapshot_id }) => ({ name, rows, snapshot_id })),
    report.tables.map(({ name, snapshot_id, rows }) => ({ name, rows, snapshot_id })),
  )
  const [run] = await city.platform.runs()
  assert.deepEqual([run!.run, run!.state, run!.kind], [report.run, 'succeeded', 'full'])
  const shown = await city.platform.runShow()
  assert.deepEqual(
    shown.steps.map((step) => step.name),
    ['extract', 'check', 'land', 'transform', 'aggregate', 'commit', 'publish'],
  )
  const life = await city.platform.history('1')
  assert.deepEqual([life.id, life.changes], ['1', []])
  assert.equal(life.now?.['primary_type'], 'THEFT')
  await assert.rejects(city.platform.history('99'), { code: 'incident_missing' })
  await assert.rejects(city.platform.history('one'), { code: 'usage' })
})

test('quarantined rows are listed with their rule and their values as found', async () => {
  await using city = await makeCity()
  await city.publish([theft, { ...theft, id: 2, date: '0000-00-00 00:00:00' }])
  await city.run()
  const { total, rules, rows } = await city.platform.quarantine({ limit: 10 })
  assert.deepEqual([total, rules], [1, { bad_date: 1 }])
  assert.deepEqual([rows[0]!.rule, rows[0]!.key, rows[0]!.values['date']], ['bad_date', '2', '0000-00-00 00:00:00'])
})

test('doctor finds a sound lake sound, a lost file lost, and never throws', async () => {
  await using city = await makeCity()
  await city.publish([theft])
  await city.run()
  const failing = async () =>
    (await city.platform.doctor({ rebuild: false })).filter((check) => check.state === 'fail').map((check) => check.name)
  assert.deepEqual(await failing(), [])
  const rebuilt = await city.platform.doctor({ rebuild: true })
  assert.equal(rebuilt.find((check) => check.name === 'state')?.state, 'ok')
  const [file] = await readdir(join(city.lake, 'raw', 'crimes', 'data'), { recursive: true }).then((names) =>
    names.filter((name) => name.endsWith('.parquet')),
  )
  await rm(join(city.lake, 'raw', 'crimes', 'data', file!))
  assert.deepEqual(await failing(), ['lake files'])
})

test('a source of no known kind, and none at all, are refused before anything is done', async () => {
  await using city = await makeCity()
  for (const [source, code] of [
    ['ftp://x/y', 'source_url_invalid'],
    [undefined, 'usage'],
  ] as const) {
    const config = loadConfig({ env: {}, flags: { lake: city.lake, ...(source ? { source } : {}) }, cwd: city.folder })
    await using platform = await openPlatform(config, silentLog)
    await assert.rejects(platform.run({ full: false }, watch()), { code })
  }
})
