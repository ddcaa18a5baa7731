import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { BlotterError } from '../../src/errors.ts'
import { openDatabase } from '../../src/state/database.ts'
import { rebuildState } from '../../src/state/rebuild.ts'
import { insertRun, readRun } from '../../src/state/run-rows.ts'
import { openState, STATE_FILE } from '../../src/state/state.ts'
import { testFolder } from './folder.ts'

const RUN = {
  run: 'r1',
  batch_at: '2026-11-23T06:00:00Z',
  kind: null,
  source: 'mysql://blotter:hunter2@db/chicago',
  options: {},
  started_at: '2026-11-23T06:00:00.000Z',
}

function code(expected: string, words: RegExp = /./): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof BlotterError, String(error))
    assert.equal(error.code, expected)
    assert.match(`${error.message} ${error.todo}`, words)
    return true
  }
}

test('a state that is opened again still has its runs', (t) => {
  const folder = join(testFolder(t), 'deep', '.blotter')
  using first = openState(folder)
  insertRun(first.database, RUN)
  first.close()
  using second = openState(folder)
  assert.equal(readRun(second.database, 'r1')?.state, 'queued')
})

test('no password of a source reaches the database or its log', (t) => {
  const folder = testFolder(t)
  using state = openState(folder)
  insertRun(state.database, RUN)
  for (const name of readdirSync(folder)) {
    assert.doesNotMatch(readFileSync(join(folder, name), 'latin1'), /hunter2/, name)
  }
  assert.equal(readRun(state.database, 'r1')?.source, 'mysql://blotter@db/chicago')
})

test('a file that is no database is refused as damaged, named, and left as it is', (t) => {
  const folder = testFolder(t)
  const garbage = 'This is not a database. '.repeat(1000)
  writeFileSync(join(folder, STATE_FILE), garbage)
  assert.throws(() => openState(folder), code('state_damaged', /state\.sqlite.*doctor --rebuild/s))
  assert.equal(readFileSync(join(folder, STATE_FILE), 'utf8'), garbage)
})

test('a database that lost its end, or has a torn page, is refused as damaged', (t) => {
  for (const harm of ['truncate', 'tear'] as const) {
    const folder = join(testFolder(t), harm)
    const state = openState(folder)
    for (let at = 0; at < 200; at++) insertRun(state.database, { ...RUN, run: `r${at}`, options: { note: 'x'.repeat(200) } })
    state.database.script('PRAGMA wal_checkpoint(TRUNCATE)')
    state.close()
    const file = join(folder, STATE_FILE)
    const bytes = readFileSync(file)
    if (harm === 'truncate') truncateSync(file, 8192)
    else writeFileSync(file, bytes.fill(0xff, 4096, 12_288))
    assert.throws(() => openState(folder), code('state_damaged', /doctor --rebuild/), harm)
  }
})

test("another program's database is refused as damaged and not written to", (t) => {
  const folder = testFolder(t)
  const other = new DatabaseSync(join(folder, STATE_FILE))
  other.exec('CREATE TABLE bookmarks (url TEXT)')
  other.close()
  assert.throws(() => openState(folder), code('state_damaged', /Blotter did not make it/))
  const again = new DatabaseSync(join(folder, STATE_FILE))
  assert.deepEqual(
    again
      .prepare('SELECT name FROM sqlite_schema')
      .all()
      .map((row) => row.name),
    ['bookmarks'],
  )
  again.close()
})

test('a database that a newer version made is refused and left as it is', (t) => {
  const folder = testFolder(t)
  const state = openState(folder)
  state.database.run(`INSERT INTO migrations VALUES (999, '999-of-tomorrow.sql', 'x', '2030-01-01')`)
  state.close()
  assert.throws(() => openState(folder), code('state_newer', /999-of-tomorrow/))
})

test('a database whose migration had another text is refused', (t) => {
  const folder = testFolder(t)
  const state = openState(folder)
  state.database.run(`UPDATE migrations SET sha256 = 'other' WHERE number = 1`)
  state.close()
  assert.throws(() => openState(folder), code('state_damaged', /001-runs\.sql/))
})

test('a writer that never ends locks others out only for the busy timeout, with a clear error', (t) => {
  const folder = testFolder(t)
  openState(folder).close()
  const writer = new DatabaseSync(join(folder, STATE_FILE))
  t.after(() => writer.close())
  writer.exec('BEGIN IMMEDIATE')
  const began = performance.now()
  assert.throws(() => openState(folder, { busyTimeoutMs: 200 }), code('state_locked', /another process/))
  const tookMs = performance.now() - began
  assert.ok(tookMs >= 150 && tookMs < 3000, `${tookMs} ms`)
})

test('a full disk is said to be full, and what was stored before is still there', (t) => {
  using state = openState(testFolder(t))
  insertRun(state.database, RUN)
  const pages = state.database.get<{ page_count: number }>('PRAGMA page_count')?.page_count ?? 0
  state.database.script(`PRAGMA max_page_count = ${pages}`)
  const big = { ...RUN, run: 'r2', options: { note: 'x'.repeat(100_000) } }
  assert.throws(() => insertRun(state.database, big), code('disk_full', /Free some space/))
  assert.equal(readRun(state.database, 'r1')?.run, 'r1')
})

test('a folder that cannot be made is refused by name', (t) => {
  const file = join(testFolder(t), 'a-file')
  writeFileSync(file, '')
  assert.throws(() => openState(join(file, 'state')), code('lake_unwritable', /a-file/))
})

test('a database where a folder lies is refused as unwritable', (t) => {
  const folder = testFolder(t)
  mkdirSync(join(folder, STATE_FILE))
  assert.throws(() => openState(folder), code('lake_unwritable', /state\.sqlite/))
})

test('rebuilding sets the damaged file aside and gives an empty state', (t) => {
  const folder = testFolder(t)
  writeFileSync(join(folder, STATE_FILE), 'not a database, and long enough to be read as a header of one'.repeat(100))
  const { state, setAside } = rebuildState(folder)
  t.after(() => state.close())
  assert.equal(readRun(state.database, 'r1'), undefined)
  assert.match(readFileSync(setAside ?? '', 'utf8'), /^not a database/)
})

test('a transaction that throws leaves nothing, one within another is part of it', (t) => {
  const database = openDatabase(join(testFolder(t), 'x.sqlite'))
  t.after(() => database.close())
  database.script('CREATE TABLE n (n INTEGER)')
  const fail = (): void =>
    database.transaction(() => {
      database.run('INSERT INTO n VALUES (1)')
      database.transaction(() => database.run('INSERT INTO n VALUES (2)'))
      throw new Error('after both')
    })
  assert.throws(fail, /after both/)
  assert.deepEqual(database.all('SELECT n FROM n'), [])
})

test('processes that open a new state at once all get it', async (t) => {
  const folder = testFolder(t)
  const module = new URL('../../src/state/state.ts', import.meta.url).href
  const program = `import(${JSON.stringify(module)}).then(({ openState }) => openState(process.argv[1]).close())`
  const open = (): Promise<unknown> => promisify(execFile)(process.execPath, ['-e', program, folder])
  await Promise.all([open(), open(), open(), open()])
  using state = openState(folder)
  const migrations = readdirSync(new URL('../../src/state/migrations', import.meta.url))
  assert.equal(state.database.all('SELECT number FROM migrations').length, migrations.length)
})
