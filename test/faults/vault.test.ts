import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { loadConfig } from '../../src/config.ts'
import { silentLog } from '../../src/log.ts'
import { openPlatform } from '../../src/platform.ts'
import { blotter, type Ended, type Env } from './blotter.ts'

const KILLING = `--import=${new URL('./programs/kill-rotation.mjs', import.meta.url).href}`

function home(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'blotter-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return {
    folder,
    set: (name: string, value: string, env: Env = {}): Promise<Ended> =>
      blotter(['secret', 'set', name], { cwd: folder, env, input: value }),
    async names(): Promise<string[]> {
      await using platform = await openPlatform(loadConfig({ env: {}, flags: {}, cwd: folder }), silentLog)
      return (await platform.secretList()).map((one) => one.name)
    },
  }
}

test('a vault whose writer is killed at any moment holds what it held, or what it was to hold', async (t) => {
  const { folder, set, names } = home(t)
  const list = join(folder, 'moments.json')
  assert.equal((await set('first', 'value', { NODE_OPTIONS: KILLING, BLOTTER_TEST_MOMENTS: list })).code, 0)
  const moments = JSON.parse(readFileSync(list, 'utf8')) as string[]
  assert.deepEqual(moments.filter((one) => one.startsWith('fsync')).length, 4, moments.join())
  const kept = new Set(['first'])
  for (let moment = moments.length; moment > 0; moment--) {
    const name = `killed-${moment}`
    const ended = await set(name, 'value', { NODE_OPTIONS: KILLING, BLOTTER_TEST_MOMENT: String(moment) })
    const found = await names()
    for (const one of kept) assert.ok(found.includes(one), `${one} is lost at ${moments[moment - 1]}`)
    if (found.includes(name)) kept.add(name)
    assert.ok(ended.signal === 'SIGKILL' || ended.code === 0, ended.err)
    assert.deepEqual(found, [...kept].sort())
  }
  assert.equal((await set('last', 'value')).code, 0)
  assert.deepEqual(await names(), [...kept, 'last'].sort())
  assert.deepEqual(
    readdirSync(join(folder, 'lake/.blotter')).filter((one) => one.includes('unfinished')),
    [],
  )
})

test('of several that store secrets at a time none is lost, and they agree on one key', async (t) => {
  const { set, names } = home(t)
  const all = ['a', 'b', 'c', 'd', 'e', 'f']
  for (const ended of await Promise.all(all.map((name) => set(name, `value of ${name}`))))
    assert.equal(ended.code, 0, ended.err)
  assert.deepEqual(await names(), all)
})
