import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { realPathOf } from '../../../src/lake/local/real-path.ts'

test('a folder has one place, by whatever links it is reached and before it exists', () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'blotter-')))
  try {
    mkdirSync(join(folder, 'disk'))
    symlinkSync(join(folder, 'disk'), join(folder, 'alias'))
    assert.equal(realPathOf(join(folder, 'alias')), join(folder, 'disk'))
    assert.equal(realPathOf(join(folder, 'alias', 'lake', 'deep')), join(folder, 'disk', 'lake', 'deep'))
    assert.equal(realPathOf('/'), '/')
  } finally {
    rmSync(folder, { recursive: true })
  }
})
