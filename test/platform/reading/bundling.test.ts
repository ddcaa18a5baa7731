import assert from 'node:assert/strict'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { makeCity, theft } from '../../pipeline/city.ts'

test('a dashboard is written into a folder as a whole, and never over one that is there', async () => {
  await using city = await makeCity()
  await city.publish([theft])
  await city.run({ at: '2026-02-01T06:00:00Z' })
  const output = join(city.folder, 'site')
  const wish = { at: 'latest', output, suppressBelow: 0 }
  const report = await city.platform.exportDashboard(undefined, wish)
  assert.deepEqual(
    [report.dashboard, report.batch_at, report.folder],
    ['crimes-without-arrest', '2026-02-01T06:00:00Z', output],
  )
  const names = (await readdir(output, { recursive: true })).filter((name) => name.includes('.'))
  assert.equal(names.length, report.files)
  assert.match(await readFile(join(output, 'index.html'), 'utf8'), /Crimes without arrest/)
  assert.equal((await stat(output)).mode & 0o777, 0o755)
  await assert.rejects(city.platform.exportDashboard(undefined, wish), { code: 'output_unwritable' })
  await assert.rejects(city.platform.exportDashboard('none', { ...wish, output: join(city.folder, 'b') }), {
    code: 'dashboard_missing',
  })
  await assert.rejects(city.platform.exportDashboard(undefined, { ...wish, output: join(city.folder, 'no', 'way') }), {
    code: 'output_unwritable',
  })
  assert.deepEqual(
    (await readdir(city.folder)).filter((name) => name.startsWith('.blotter-bundle')),
    [],
  )
})
