import assert from 'node:assert/strict'
import { cp, mkdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadConfig } from '../../../src/config.ts'
import { silentLog } from '../../../src/log.ts'
import { openPlatform } from '../../../src/platform.ts'
import { type Incident, makeCity, theft, watch } from '../city.ts'

const name = (day: number): string => `2026-01-${String(day + 1).padStart(2, '0')}T06:00:00Z`

const rowsOf = (day: number): Incident[] =>
  Array.from({ length: 20 + day }, (_, i) => ({ ...theft, id: i + 1, block: `${i}00XX W ADAMS ST` }))

test('a lake whose catalog and state are lost is restored from a backup, even after its metadata files went', async () => {
  await using city = await makeCity()
  for (const day of [0, 1]) {
    await city.publish(rowsOf(day))
    await city.run({ at: name(day) })
  }
  const batches = await city.platform.batches()
  const runs = await city.platform.runs()
  const rows = await city.query('select * from raw.crimes order by id')
  const { citation } = await city.platform.cite('select count(*) as n from raw.crimes', { signal: watch().signal })
  await mkdir(join(city.lake, '.blotter', 'queries'))
  await writeFile(join(city.lake, '.blotter', 'queries', 'mine.sql'), 'select 1\n')
  const folder = join(city.folder, 'backup')
  const report = await city.platform.backup(folder)
  assert.equal(report.folder, folder)
  const names = report.files.map((file) => file.name)
  assert.ok(names.includes(`citations/${citation}.json`) && names.includes('.blotter/queries/mine.sql'))
  assert.ok(names.includes('catalog.sqlite') && names.includes('.blotter/state.sqlite'))
  assert.ok(names.some((file) => /^raw\/crimes\/metadata\/\d+-.*\.metadata\.json$/.test(file)))
  assert.equal((await stat(join(folder, 'catalog.sqlite'))).mode & 0o777, 0o600)
  await assert.rejects(city.platform.backup(folder), { code: 'output_unwritable' })
  const file = join(city.folder, 'a-file')
  await writeFile(file, '')
  await assert.rejects(city.platform.backup(join(file, 'backup')), { code: 'output_unwritable', message: /a-file/ })

  await city.publish(rowsOf(2))
  await city.run({ at: name(2) })
  await city.platform[Symbol.asyncDispose]()
  for (const file of ['catalog.sqlite', 'catalog.sqlite-wal', 'catalog.sqlite-shm', '.blotter']) {
    await rm(join(city.lake, file), { recursive: true, force: true })
  }
  for (const file of names.filter((one) => one.endsWith('.metadata.json'))) await rm(join(city.lake, file))
  await cp(folder, city.lake, { recursive: true })
  await using platform = await openPlatform(
    loadConfig({ env: {}, flags: { lake: city.lake, source: city.source }, cwd: city.folder }),
    silentLog,
  )
  assert.deepEqual(await platform.batches(), batches)
  assert.deepEqual(await platform.runs(), runs)
  await using result = await platform.query('select * from raw.crimes order by id', {
    signal: AbortSignal.timeout(60_000),
  })
  const found = []
  for await (const some of result.rows()) found.push(...some)
  assert.deepEqual(found, rows)
  const again = await platform.run({ full: false, at: name(3) }, watch())
  assert.equal(again.rows.landed, 1)
})

test('the vault is copied without its key, and opens with it where it is put back', async () => {
  await using city = await makeCity()
  await city.publish(rowsOf(0))
  await city.run({ at: name(0) })
  await city.platform.secretSet('mysql', 'a password of the city')
  const folder = join(city.folder, 'backup')
  const report = await city.platform.backup(folder)
  const names = report.files.map((file) => file.name)
  assert.ok(names.includes('.blotter/vault.json') && names.includes('.blotter/identity.sqlite'), names.join())
  assert.ok(!names.some((one) => one.includes('vault.key')))
  assert.deepEqual(report.keys_not_copied, [join(city.lake, '.blotter', 'vault.key')])
  assert.equal((await stat(join(folder, '.blotter/vault.json'))).mode & 0o777, 0o600)
  await city.platform.secretSet('mysql', 'another one')
  await cp(join(folder, '.blotter/vault.json'), join(city.lake, '.blotter/vault.json'))
  const yaml = 'source: { password: secret://mysql }'
  const readFile = (path: string): string | undefined => (path.endsWith('blotter.yaml') ? yaml : undefined)
  const flags = { lake: city.lake, source: city.source }
  const config = loadConfig({ env: {}, flags, cwd: city.folder, readFile })
  await using platform = await openPlatform(config, silentLog)
  assert.deepEqual(
    (await platform.secretList()).map((one) => one.name),
    ['mysql'],
  )
})
