import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test, type TestContext } from 'node:test'
import { BlotterError, type ErrorCode } from '../../../src/errors.ts'
import { localStorage } from '../../../src/lake/local/storage.ts'
import { keepsFiles } from '../storage-contract.ts'

const storage = localStorage()
const scratch = async (t: TestContext): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'blotter-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}
const failsWith = (code: ErrorCode, naming: string) => (error: unknown) =>
  error instanceof BlotterError && error.code === code && error.message.includes(naming)

describe('A lake in a folder', () => {
  let root: string
  let n = 0
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'blotter-'))
  })
  after(() => rm(root, { recursive: true, force: true }))
  keepsFiles(
    () => storage,
    () => `file://${root}/test-${(n += 1)}`,
  )
})

test('a lost race leaves nothing but the file', async (t) => {
  const folder = await scratch(t)
  const location = `file://${folder}/x.json`
  await Promise.allSettled(['1', '2', '3'].map((text) => storage.writeNew(location, Buffer.from(text))))
  assert.deepEqual(await readdir(folder), ['x.json'])
})

test('one file is found under every spelling, and nothing in its name is decoded', async (t) => {
  const folder = await scratch(t)
  const name = 'year=2026/a%20b:c d.parquet'
  await storage.writeNew(`file://${folder}/${name}`, Buffer.from('x'))
  for (const spelling of [`file://${folder}/${name}`, `file:${folder}/${name}`, `${folder}/${name}`]) {
    assert.equal((await storage.read(spelling)).toString(), 'x')
    assert.equal(storage.enginePath(spelling), `${folder}/${name}`)
    assert.equal(await storage.exists(spelling), true)
    assert.equal(await storage.sizeBytes(spelling), 1)
  }
  const listed = await Array.fromAsync(storage.list(`file://${folder}`))
  assert.deepEqual(
    listed.map(({ location, sizeBytes }) => [location, sizeBytes]),
    [[`file://${folder}/${name}`, 1]],
  )
  await storage.remove(`file:${folder}/${name}`)
  await storage.remove(`file:${folder}/${name}`)
  assert.equal(await storage.exists(`${folder}/${name}`), false)
  assert.deepEqual(await Array.fromAsync(storage.list(`file://${folder}/nowhere`)), [])
})

test('a file on another machine is not called missing: it is none that is read here', async () => {
  for (const location of ['s3://bucket/raw/m0.avro', 'file://server/share/m0.avro']) {
    await assert.rejects(storage.read(location), failsWith('unsupported', location))
  }
})

test('a place that cannot be written to is lake_unwritable', async (t) => {
  const folder = await scratch(t)
  await writeFile(join(folder, 'file'), '')
  const location = `file://${folder}/file/x.json`
  await assert.rejects(storage.writeNew(location, Buffer.from('x')), failsWith('lake_unwritable', join(folder, 'file')))
  await assert.rejects(storage.persist(`${location}/y`), failsWith('lake_unwritable', location))
})

test('what is durable is read-only, no more readable than before, and can be removed', { skip: process.platform === 'win32' }, async (t) => {
  const folder = await scratch(t)
  await writeFile(join(folder, 'd.parquet'), 'x', { mode: 0o640 })
  await storage.persist(`file://${folder}/d.parquet`)
  assert.equal((await stat(join(folder, 'd.parquet'))).mode & 0o777, 0o440)
  await storage.persist(`file://${folder}/d.parquet`)
  await storage.remove(`file://${folder}/d.parquet`)
  assert.equal(await storage.exists(`file://${folder}/d.parquet`), false)
})
