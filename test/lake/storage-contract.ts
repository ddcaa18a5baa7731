import assert from 'node:assert/strict'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { it } from 'node:test'
import { BlotterError } from '../../src/errors.ts'
import type { Storage } from '../../src/lake/storage.ts'

/** What every storage does, whatever it is made of. `at` gives a place that no other test uses. */
export function keepsFiles(storage: () => Storage, at: () => string): void {
  it('lets exactly one of many writers of one new file succeed', async () => {
    const location = `${at()}/a/b/x.json`
    const results = await Promise.allSettled(
      ['1', '2', '3', '4'].map((text) => storage().writeNew(location, Buffer.from(text.repeat(1000)))),
    )
    assert.equal(results.filter((result) => result.status === 'fulfilled').length, 1)
    assert.equal(new Set((await storage().read(location)).toString()).size, 1)
  })

  it('reads whole files and ends of files, and decodes nothing in a name', async () => {
    const folder = at()
    const location = `${folder}/year=2026/a%20b:c d.avro`
    assert.equal(await storage().exists(location), false)
    assert.equal(await storage().writeNew(location, Buffer.from('0123456789')), 10)
    assert.equal(await storage().exists(location), true)
    assert.equal(await storage().sizeBytes(location), 10)
    assert.equal((await storage().read(location)).toString(), '0123456789')
    assert.equal((await storage().readTail(location, 4)).toString(), '6789')
    assert.equal((await storage().readTail(location, 40)).toString(), '0123456789')
    const listed = await Array.fromAsync(storage().list(folder))
    assert.deepEqual(
      listed.map(({ location: found, sizeBytes }) => [found, sizeBytes]),
      [[location, 10]],
    )
  })

  it('keeps what an engine wrote, also beyond one part, and provides it again', async () => {
    const location = `${at()}/data/d.parquet`
    const bytes = Buffer.alloc(17 * 2 ** 20, 'crime')
    const path = storage().enginePath(location)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, bytes)
    await storage().persist(location)
    assert.equal(await storage().sizeBytes(location), bytes.length)
    assert.equal(await storage().provide(location), bytes.length)
    assert.ok(bytes.equals(await readFile(storage().enginePath(location))))
    // A run that goes on after an interruption does so again.
    await storage().persist(location)
  })

  it('removes a file, and what is not there without a word', async () => {
    const location = `${at()}/gone.json`
    await storage().writeNew(location, Buffer.from('x'))
    await storage().remove(location)
    await storage().remove(location)
    assert.equal(await storage().exists(location), false)
    assert.deepEqual(await Array.fromAsync(storage().list(at())), [])
  })

  it('calls a file that is missing lake_damaged, by its name', async () => {
    const location = `${at()}/lost.avro`
    for (const work of [storage().read, storage().provide, storage().sizeBytes]) {
      await assert.rejects(work(location), (error: unknown) => {
        assert.ok(error instanceof BlotterError)
        return error.code === 'lake_damaged' && error.message.includes(location)
      })
    }
  })
}
