import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { blotter, documentOf, type Ended, type Env, momentsInto, type RunDocument, struckAt } from './blotter.ts'
import { contentsOf, type FaultyCity, makeFaultyCity } from './city.ts'

/** How many kills; `BLOTTER_TEST_KILLS=1000` for the long form. */
const KILLS = Math.ceil(Number(process.env['BLOTTER_TEST_KILLS'] ?? 24) / 4)
const THIRD = '2026-02-03T06:00:00Z'
const COMMAND = [
  'restore',
  '2026-02-01',
  '--where',
  "block like '3%' or arrest or id in (11, 12, 57)",
  '--at',
  THIRD,
  '--json',
]

describe('A restore that is killed', () => {
  let city: FaultyCity
  let moments: string[]
  let expected: Record<string, unknown>
  let changes: object

  const run = (args: readonly string[], env?: Env): Promise<Ended> =>
    blotter([...args, '--lake', city.lake], { cwd: city.folder, ...(env ? { env } : {}) })

  before(async () => {
    city = await makeFaultyCity()
    for (const day of [0, 1]) {
      await city.publish(day)
      assert.equal((await city.run(['--at', `2026-02-0${day + 1}T06:00:00Z`])).code, 0)
    }
    await city.keep('before')
    const list = join(city.folder, 'moments.json')
    const ended = await run(COMMAND, momentsInto(list))
    assert.equal(ended.code, 0, ended.out + ended.err)
    moments = JSON.parse(await readFile(list, 'utf8')) as string[]
    expected = await contentsOf(city.lake)
    changes = documentOf<RunDocument>(ended).changes
    assert.notDeepEqual(changes, {})
  })
  after(() => city[Symbol.asyncDispose]())

  it('at any write, rename, sync or transaction goes on by the same command, as if nothing had happened', async () => {
    for (let i = 0; i < KILLS; i++) {
      const moment = 1 + Math.floor(((i + Math.random()) / KILLS) * moments.length)
      const what = `moment ${moment} (${moments[moment - 1]})`
      await city.putBack('before')
      const killed = await run(COMMAND, struckAt(String(moment)))
      assert.ok(killed.signal === 'SIGKILL' || killed.code === 0, `${what}: ${killed.out}${killed.err}`)
      const ended = await run(COMMAND)
      assert.equal(ended.code, 0, `${what}: ${ended.out}${ended.err}`)
      assert.deepEqual(documentOf<RunDocument>(ended).changes, changes, what)
      assert.deepEqual(await contentsOf(city.lake), expected, what)
    }
  })

  it('goes on by `runs resume`, and is given up with a word by a run', async () => {
    await city.putBack('before')
    assert.equal((await run(COMMAND, struckAt('COPY 6'))).signal, 'SIGKILL')
    const resumed = await run(['runs', 'resume', '--json'])
    assert.equal(resumed.code, 0, resumed.out + resumed.err)
    assert.deepEqual(await contentsOf(city.lake), expected)

    await city.putBack('before')
    assert.equal((await run(COMMAND, struckAt('COPY 6'))).signal, 'SIGKILL')
    const other = await city.run(['--at', THIRD])
    assert.equal(documentOf<RunDocument>(other).kind, 'incremental')
    assert.match(other.err, /restore .* was interrupted and is given up/s)
  })

  it('cannot be lifted while it waits, and can once it is done', async () => {
    await city.putBack('before')
    assert.equal((await run(COMMAND, struckAt('COPY 6'))).signal, 'SIGKILL')
    const waits = await run(['restore', '--lift', '--json'])
    assert.match(waits.out, /run_locked/)
    assert.equal((await run(COMMAND)).code, 0)
    const lifted = documentOf<{ lifted: { batch: string }[] }>(await run(['restore', '--lift', '--json']))
    assert.deepEqual(
      lifted.lifted.map((hold) => hold.batch),
      ['2026-02-01T06:00:00Z'],
    )
    const next = documentOf<RunDocument>(await city.run(['--at', '2026-02-04T06:00:00Z']))
    assert.notDeepEqual(next.changes, {})
    assert.equal(next.warnings['held_by_restore'], undefined)
  })
})
