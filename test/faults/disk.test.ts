import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { loadConfig } from '../../src/config.ts'
import { asBlotterError } from '../../src/errors.ts'
import { silentLog } from '../../src/log.ts'
import { openPlatform } from '../../src/platform.ts'
import { documentOf, type Ended, type ErrorDocument, type RunDocument } from './blotter.ts'
import { contentsOf, type FaultyCity, makeFaultyCity } from './city.ts'

const AT = '2026-02-01T06:00:00Z'
const skip = cannotMount()

describe('A full disk', { skip }, () => {
  for (const freeKib of [0, 40, 150, 260, 400]) {
    it(`with ${freeKib} KiB left for the lake ends the run, half-commits nothing, and lets it go on later`, async () => {
      await using city = await makeFaultyCity()
      using _disk = mount(city.lake, '-t', 'tmpfs', '-o', 'size=8m', 'tmpfs')
      await fillsUp(city, city.lake, freeKib)
    })
  }

  for (const freeKib of [0, 60, 200]) {
    it(`with ${freeKib} KiB left for the state ends the run, half-commits nothing, and lets it go on later`, async () => {
      await using city = await makeFaultyCity()
      const state = join(city.folder, 'state')
      using _disk = mount(state, '-t', 'tmpfs', '-o', 'size=8m', 'tmpfs')
      await fillsUp(city, state, freeKib, { BLOTTER_STATE: state })
    })
  }

  it('where the engine spills ends the run and half-commits nothing', async () => {
    await using city = await makeFaultyCity()
    const state = join(city.folder, 'state')
    using _disk = mount(state, '-t', 'tmpfs', '-o', 'size=12m', 'tmpfs')
    const source = ['--source', 'demo://chicago?rows=100000&seed=1&day=0', '--memory', '80MiB']
    const full = await city.run(['--at', AT, ...source], { BLOTTER_STATE: state })
    isDiskFull(full)
    assert.deepEqual((await contentsOf(city.lake))['batches'], [])
    execFileSync('mount', ['-o', 'remount,size=1g', state])
    const report = documentOf<RunDocument>(await resumed(city, [...source, '--memory', '512MiB'], { BLOTTER_STATE: state }))
    assert.deepEqual([report.batch_at, report.state, report.rows.read], [AT, 'succeeded', 100_000])
  })
})

describe('A folder that cannot be written', () => {
  it('on a read-only file system is named, with what to do', { skip }, async () => {
    await using city = await makeFaultyCity()
    await city.publish(0)
    using _disk = mount(city.lake, '-t', 'tmpfs', '-o', 'size=1m,ro', 'tmpfs')
    const ended = await city.run()
    assert.equal(ended.code, 1, ended.out + ended.err)
    const { error } = documentOf<ErrorDocument>(ended)
    assert.equal(error.code, 'lake_unwritable')
    assert.ok(error.message.includes(city.lake), error.message)
  })

  it('because it has become read-only keeps its batches readable', { skip }, async () => {
    await using city = await makeFaultyCity()
    await city.publish(0)
    assert.equal((await city.run(['--at', AT])).code, 0)
    using _disk = mount(city.lake, '--bind', city.lake)
    execFileSync('mount', ['-o', 'remount,ro,bind', city.lake])
    const ended = await city.run()
    assert.equal(ended.code, 1, ended.out + ended.err)
    assert.equal(documentOf<ErrorDocument>(ended).error.code, 'lake_unwritable')
    const query = await city.blotter('query', '--json', 'select count(*) as n from raw.crimes')
    assert.deepEqual([query.code, query.out.replaceAll(/\s/g, '')], [0, '[{"n":54}]'], query.out + query.err)
  })

  it('because it has become read-only answers all that is only asked', { skip }, async () => {
    await using city = await makeFaultyCity()
    const open = () =>
      openPlatform(
        loadConfig({ env: {}, flags: { lake: city.lake, source: `file:${city.file}` }, cwd: city.folder }),
        silentLog,
      )
    const signal = new AbortController().signal
    let citation = ''
    const ask = async () => {
      await using platform = await open()
      await using result = await platform.query('select count(*) as n from raw.crimes', { signal })
      const [run] = await platform.runs()
      return {
        rows: await Array.fromAsync(result.rows()),
        run: await platform.runShow(run!.run),
        batches: await platform.batches(),
        tables: await platform.tables('latest~1'),
        diff: await platform.diff('latest~1', 'latest', { rows: true }),
        history: await platform.history('1'),
        quarantine: await platform.quarantine({ limit: 10 }),
        lineage: await platform.lineage({}),
        events: await platform.lineageEvents(),
        cited: await platform.citeCheck(citation, { signal }),
        users: await platform.userList(),
        tokens: await platform.tokenList(),
        doctor: (await platform.doctor({ rebuild: false })).filter(({ name }) => name !== 'lake folder' && name !== 'clock'),
        compact: await platform.compact({ dryRun: true }, { signal, onEvent: () => {} }),
        expire: await platform.expire({ dryRun: true, batches: 1 }, { signal, onEvent: () => {} }),
      }
    }
    for (const day of [0, 1]) {
      await city.publish(day)
      assert.equal((await city.run(['--at', `2026-02-0${day + 1}T06:00:00Z`])).code, 0)
    }
    {
      await using platform = await open()
      await platform.tokenAdd({ name: 'reader', scopes: ['api'] })
      citation = (await platform.cite('select count(*) as n from raw.crimes', { signal })).citation
    }
    const expected = await ask()
    using _disk = mount(city.lake, '--bind', city.lake)
    execFileSync('mount', ['-o', 'remount,ro,bind', city.lake])
    assert.deepEqual(await ask(), expected)
    await using platform = await open()
    const [folder] = await platform.doctor({ rebuild: false })
    assert.deepEqual([folder?.name, folder?.state], ['lake folder', 'fail'])
    await assert.rejects(platform.restorePreview({ ref: 'latest~1' }), isUnwritable)
    await assert.rejects(platform.userAdd({ email: 'a@example.org', name: 'A', role: 'viewer' }), isUnwritable)
  })

  for (const verb of ['run', 'query'] as const) {
    it(`because a file stands in its place is named by ${verb}`, async () => {
      await using city = await makeFaultyCity()
      await city.publish(0)
      writeFileSync(city.lake, 'not a folder')
      const ended = verb === 'run' ? await city.run() : await city.blotter('query', '--json', 'select 1')
      assert.equal(ended.code, 1, ended.out + ended.err)
      const { error } = documentOf<ErrorDocument>(ended)
      assert.equal(error.code, verb === 'run' ? 'lake_unwritable' : 'lake_missing')
      assert.ok(error.message.includes(city.lake), error.message)
    })
  }
})

async function fillsUp(city: FaultyCity, disk: string, freeKib: number, env: Record<string, string> = {}): Promise<void> {
  await city.publish(0)
  const filler = join(disk, 'filler')
  const { bavail, bsize } = statfsSync(disk)
  writeFileSync(filler, Buffer.alloc(Math.max(0, bavail * bsize - freeKib * 1024), 1))
  const full = await city.run(['--at', AT], env)
  isDiskFull(full)
  rmSync(filler)
  const report = documentOf<RunDocument>(await resumed(city, [], env))
  assert.deepEqual([report.state, report.rows.read, report.rows.landed], ['succeeded', 55, 54])
  const contents = await contentsOf(city.lake)
  assert.deepEqual(contents['batches'], [AT])
  assert.equal((contents[`raw.crimes @ ${AT}`] as unknown[]).length, 54)
  assert.equal((contents[`history.batches @ ${AT}`] as unknown[]).length, 1)
}

/** The next `blotter run` makes the batch, whether the failed run was ever on record or not. */
function resumed(city: FaultyCity, args: readonly string[], env: Record<string, string>): Promise<Ended> {
  return city.run(['--at', AT, ...args], env)
}

/** As whoever prints it has it. */
function isUnwritable(error: unknown): boolean {
  assert.equal(asBlotterError(error).code, 'lake_unwritable')
  return true
}

function isDiskFull(ended: Ended): void {
  assert.equal(ended.code, 1, ended.out + ended.err)
  const { error } = documentOf<ErrorDocument>(ended)
  assert.equal(error.code, 'disk_full', error.message)
  assert.match(error.message, /Nothing was committed/)
  assert.match(error.remedy, /space/)
}

function mount(folder: string, ...args: string[]): Disposable {
  mkdirSync(folder, { recursive: true })
  execFileSync('mount', [...args, folder])
  return { [Symbol.dispose]: () => void execFileSync('umount', ['-l', folder]) }
}

function cannotMount(): string | false {
  const folder = mkdtempSync(join(tmpdir(), 'blotter-mount-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder], { stdio: 'ignore' })
    execFileSync('umount', [folder])
    return false
  } catch {
    return 'NO RIGHT TO MOUNT: a full disk is only tested as root with the right to mount a small tmpfs'
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
