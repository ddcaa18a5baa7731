import assert from 'node:assert/strict'
import { existsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { copyDatabase } from '../../src/state/copy-database.ts'
import { openDatabase } from '../../src/state/database.ts'
import { testFolder } from './folder.ts'

test('a copy holds all that was committed, in a writer’s midst, and is its own file', (t) => {
  const folder = testFolder(t)
  const database = openDatabase(join(folder, 'one.sqlite'))
  t.after(() => database.close())
  database.script('CREATE TABLE n (value INTEGER); INSERT INTO n VALUES (1), (2)')
  const into = join(folder, 'deep/copy.sqlite')
  const sizeBytes = database.transaction(() => {
    database.run('INSERT INTO n VALUES (3)')
    return copyDatabase(database.file, into)
  })
  assert.equal(statSync(into).size, sizeBytes)
  const copy = openDatabase(into)
  t.after(() => copy.close())
  assert.deepEqual(
    copy.all('SELECT value FROM n ORDER BY 1').map((row) => (row as { value: number }).value),
    [1, 2],
  )
})

test('what is no database is not copied, and leaves nothing', (t) => {
  const folder = testFolder(t)
  writeFileSync(join(folder, 'one.sqlite'), 'x'.repeat(5000))
  assert.throws(() => copyDatabase(join(folder, 'one.sqlite'), join(folder, 'copy.sqlite')), { code: 'state_damaged' })
  assert.ok(!existsSync(join(folder, 'copy.sqlite')) && !existsSync(join(folder, 'copy.sqlite.unfinished')))
})
