import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { makeFolder } from '../src/folders.ts'

test('a folder is made with what is missing above it, and making it again does no harm', async () => {
  const root = await mkdtemp(join(tmpdir(), 'blotter-folders-'))
  try {
    const folder = join(root, 'a', 'b', 'c')
    makeFolder(folder)
    makeFolder(folder)
    assert.ok(existsSync(folder))
    await writeFile(join(root, 'file'), '')
    assert.throws(() => makeFolder(join(root, 'file', 'x')), { code: 'ENOTDIR' })
  } finally {
    await rm(root, { recursive: true, force: true })
  }
})

test('where no folder can be made, that is said at once', { skip: !existsSync('/proc/self') && 'NO /proc HERE' }, () => {
  assert.throws(() => makeFolder('/proc/blotter/lake'), { code: 'ENOENT' })
})
