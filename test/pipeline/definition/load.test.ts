import assert from 'node:assert/strict'
import { appendFile, cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadPipeline } from '../../../src/pipeline/definition/load.ts'

const ROOT = join(import.meta.dirname, '../../..')

test('another mapping file is another transform to the tables that read it, and to no other', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'blotter-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  await symlink(join(ROOT, 'src'), join(folder, 'src'))
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  const pipeline = join(folder, 'pipelines/city')
  await cp(join(ROOT, 'pipelines/chicago-crimes'), pipeline, { recursive: true })
  const hashes = async () => new Map((await loadPipeline(pipeline)).tables.map(({ name, hash }) => [name, hash]))

  const before = await hashes()
  assert.deepEqual(await hashes(), before)
  await appendFile(join(pipeline, 'reference/crime_types.csv'), 'LARCENY,THEFT\n')
  const after = await hashes()
  assert.deepEqual(
    [...after].filter(([name, hash]) => hash !== before.get(name)).map(([name]) => name),
    ['processed.crimes_without_arrest'],
  )
})
