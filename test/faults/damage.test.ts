import assert from 'node:assert/strict'
import { chmod, cp, readdir, readFile, rename, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, it } from 'node:test'
import type { ErrorCode } from '../../src/errors.ts'
import { blotter, documentOf, type Ended, type ErrorDocument, struckAt } from './blotter.ts'
import { contentsOf, type FaultyCity, listingOf, makeFaultyCity } from './city.ts'

const READ_ALL = 'select count(*) as n, sum(id) as ids, max(block) as block, count(distinct batch_at) as at from raw.crimes'

/** Files of a lake that a run reads, by what they are; the newest of each. */
const FILES = {
  'table metadata': /^raw\/crimes\/metadata\/\d+-.*\.json$/,
  'a manifest list': /^raw\/crimes\/metadata\/snap-.*\.avro$/,
  'a manifest': /^raw\/crimes\/metadata\/(?!snap-).*\.avro$/,
  'a data file': /^raw\/crimes\/data\/.*\.parquet$/,
} as const

describe('A lake', () => {
  let city: FaultyCity
  let whole: Ended

  before(async () => {
    city = await makeFaultyCity()
    for (const day of [0, 1]) {
      await city.publish(day)
      assert.equal((await city.run(['--at', `2026-02-0${day + 1}T06:00:00Z`])).code, 0)
    }
    whole = await query()
    assert.equal(whole.code, 0)
    await city.publish(2)
    await city.keep('two batches')
  })
  after(() => city[Symbol.asyncDispose]())

  const query = (): Promise<Ended> => city.blotter('query', '--json', READ_ALL)
  const answers = (ended: Ended, code: ErrorCode, file: string): void => {
    assert.equal(ended.code, 1, ended.out + ended.err)
    const { error } = documentOf<ErrorDocument>(ended)
    assert.equal(error.code, code, error.message)
    assert.ok(error.message.includes(file), `${file} is not named: ${error.message}`)
    assert.ok(error.remedy.length > 10)
  }

  for (const [what, pattern] of Object.entries(FILES)) {
    for (const damage of ['cut off', 'emptied', 'missing'] as const) {
      it(`with ${what} ${damage} is refused by name, by a query and by a run, never read wrongly`, async () => {
        await city.putBack('two batches')
        const found = await newest(city.lake, pattern)
        for (const file of found) await harm(join(city.lake, file), damage)
        const named = await query()
        // A file of the older batch may be hidden behind none of the files that are read first.
        answers(named, 'lake_damaged', '/raw/crimes/')
        assert.ok(
          found.some((file) => named.out.includes(file)),
          named.out,
        )
        const listing = await listingOf(city.lake)
        const run = await city.run(['--full'])
        answers(run, 'lake_damaged', '/raw/crimes/')
        for (const file of Object.keys(listing)) assert.equal((await listingOf(city.lake))[file], listing[file])
      })
    }
  }

  it('with its catalog cut off is refused by name', async () => {
    await city.putBack('two batches')
    await harm(join(city.lake, 'catalog.sqlite'), 'cut off')
    answers(await query(), 'lake_damaged', 'catalog.sqlite')
    answers(await city.run(), 'lake_damaged', 'catalog.sqlite')
  })

  it('whose state is damaged says how to make it anew, and then goes on', async () => {
    await city.putBack('two batches')
    const state = join(city.lake, '.blotter', 'state.sqlite')
    await harm(state, 'cut off')
    const run = await city.run()
    answers(run, 'state_damaged', 'state.sqlite')
    assert.match(documentOf<ErrorDocument>(run).error.remedy, /blotter doctor --rebuild/)
    assert.equal((await query()).out, whole.out)
    await city.blotter('doctor', '--rebuild')
    assert.equal((await city.run(['--at', '2026-02-03T06:00:00Z'])).code, 0)
  })

  it('with a staged file of an interrupted run missing makes the batch all the same', async () => {
    await city.putBack('two batches')
    assert.equal((await city.run(['--at', '2026-02-03T06:00:00Z'], struckAt('COPY 8'))).signal, 'SIGKILL')
    await rm(join(city.lake, '.blotter', 'runs'), { recursive: true })
    const ended = await city.run()
    assert.equal(ended.code, 0, ended.out + ended.err)
    assert.deepEqual(
      (await contentsOf(city.lake))['batches'],
      [1, 2, 3].map((day) => `2026-02-0${day}T06:00:00Z`),
    )
  })

  it('made by a newer version is refused by a run and by a query', async () => {
    await city.putBack('two batches')
    const [metadata] = await newest(city.lake, /^history\/batches\/metadata\/00001-.*\.json$/)
    const text = await readFile(join(city.lake, metadata!), 'utf8')
    assert.match(text, /"blotter.lake-version":"1"/)
    const newer = join(city.lake, 'history/batches/metadata/00002-newer.metadata.json')
    await writeFile(newer, text.replace('"blotter.lake-version":"1"', '"blotter.lake-version":"2"'))
    const catalog = new DatabaseSync(join(city.lake, 'catalog.sqlite'))
    catalog.prepare("UPDATE iceberg_tables SET metadata_location = ? WHERE table_name = 'batches'").run(`file://${newer}`)
    catalog.close()
    answers(await city.run(), 'lake_newer', '2')
    answers(await query(), 'lake_newer', '2')
  })

  it('whose state a newer version made is refused by a run', async () => {
    await city.putBack('two batches')
    const state = new DatabaseSync(join(city.lake, '.blotter', 'state.sqlite'))
    state.exec("INSERT INTO migrations (number, name, sha256, applied_at) VALUES (999, '999-later.sql', '', '')")
    state.close()
    answers(await city.run(), 'state_newer', '999-later.sql')
  })

  for (const how of ['moved', 'copied'] as const) {
    it(`that was ${how} is refused, and what lies in the old place is left alone`, async () => {
      await city.putBack('two batches')
      const elsewhere = join(city.folder, 'elsewhere')
      await rm(elsewhere, { recursive: true, force: true })
      if (how === 'moved') await rename(city.lake, elsewhere)
      else await cp(city.lake, elsewhere, { recursive: true })
      const before = how === 'moved' ? {} : await listingOf(city.lake)
      const args = ['run', '--json', '--lake', elsewhere, '--source', `file:${city.file}`]
      const run = await blotter(args, { cwd: city.folder })
      answers(run, 'lake_moved', elsewhere)
      const asked = await blotter(['query', '--json', READ_ALL, '--lake', elsewhere], { cwd: city.folder })
      answers(asked, 'lake_moved', elsewhere)
      if (how === 'copied') assert.deepEqual(await listingOf(city.lake), before)
    })
  }

  it('is the same lake by another spelling of its place', async () => {
    await city.putBack('two batches')
    const alias = join(city.folder, 'alias')
    await symlink(city.lake, alias)
    const ended = await blotter(['query', '--json', READ_ALL, '--lake', alias], { cwd: city.folder })
    assert.equal(ended.out, whole.out, ended.err)
    const run = await blotter(['run', '--json', '--lake', alias, '--source', `file:${city.file}`], { cwd: city.folder })
    assert.equal(run.code, 0, run.out)
  })
})

/** Every file of the newest kind that a batch made: those last modified. */
async function newest(lake: string, pattern: RegExp): Promise<string[]> {
  const entries = (await readdir(lake, { recursive: true })).filter((file) => pattern.test(file))
  assert.ok(entries.length > 0, `no file fits ${pattern}`)
  const timed = await Promise.all(entries.map(async (file) => ({ file, at: (await stat(join(lake, file))).mtimeMs })))
  return timed
    .sort((a, b) => b.at - a.at)
    .slice(0, 1)
    .map(({ file }) => file)
}

async function harm(path: string, damage: 'cut off' | 'emptied' | 'missing'): Promise<void> {
  if (damage === 'missing') return await rm(path)
  await chmod(path, 0o644)
  await truncate(path, damage === 'emptied' ? 0 : Math.floor((await stat(path)).size / 2))
}
