import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { spillFolder, sweepSpills } from '../../../src/pipeline/batch/spills.ts'

test('what engines of dead processes have spilled is removed, and nothing of living ones or of lately', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'blotter-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const gone = spawnSync(process.execPath, ['-e', '']).pid
  const [now, old] = [new Date('2026-07-01T12:00:00Z'), new Date('2026-07-01T10:00:00Z')]
  const young = new Date('2026-07-01T11:30:00Z')
  const spill = async (name: string, at: Date): Promise<void> => {
    await mkdir(join(folder, name), { recursive: true })
    await writeFile(join(folder, name, 'duckdb_temp_storage-0.tmp'), 'x')
    for (const path of [join(folder, name, 'duckdb_temp_storage-0.tmp'), join(folder, name)]) await utimes(path, at, at)
  }
  await spill(`spill-${gone}-1`, old)
  await spill(`spill-${gone}-1-sink-1`, old)
  await spill(`spill-${gone}-2`, young)
  await spill(`spill-${process.pid}-1`, old)
  await spill(`spill-${gone}-restore-x`, old)
  await spill(`spill-${gone}-restore-y/extract`, young)
  await spill('runs', old)
  await utimes(join(folder, `spill-${gone}-restore-y`), old, old)
  const swept = [`spill-${gone}-1`, `spill-${gone}-1-sink-1`, `spill-${gone}-restore-x`]
  assert.deepEqual((await sweepSpills(folder, now)).sort(), swept)
  const kept = ['runs', `spill-${gone}-2`, `spill-${gone}-restore-y`, `spill-${process.pid}-1`]
  assert.deepEqual((await readdir(folder)).sort(), kept.sort())
  assert.equal(spillFolder(folder, '1'), join(folder, `spill-${process.pid}-1`))
  assert.deepEqual(await sweepSpills(join(folder, 'nowhere'), now), [])
})
