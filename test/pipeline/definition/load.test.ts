import assert from 'node:assert/strict'
import { appendFile, cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { loadPipeline } from '../../../src/pipeline/definition/load.ts'

const ROOT = join(import.meta.dirname, '../../..')

/** A folder with a copy of the pipeline that a test may change. */
async function copiedPipeline(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'blotter-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  await symlink(join(ROOT, 'src'), join(folder, 'src'))
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  const pipeline = join(folder, 'pipelines/city')
  await cp(join(ROOT, 'pipelines/chicago-crimes'), pipeline, { recursive: true })
  return pipeline
}

test('another mapping file is another transform to the tables that read it, and to no other', async (t) => {
  const pipeline = await copiedPipeline(t)
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

for (const name of ['rule', 'Block', 'batch_at', '_pos', 'contents']) {
  test(`a column ${name} is refused, since there is one of that name already`, async (t) => {
    const pipeline = await copiedPipeline(t)
    const file = join(pipeline, '0-source.ts')
    await writeFile(file, (await readFile(file, 'utf8')).replace("name: 'domestic'", `name: '${name}'`))
    await assert.rejects(loadPipeline(pipeline), { code: 'pipeline_invalid', message: new RegExp(`column ${name}\\b`, 'i') })
  })
}
