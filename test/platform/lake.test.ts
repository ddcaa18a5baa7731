import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { globSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { loadConfig } from '../../src/config.ts'
import { silentLog } from '../../src/log.ts'
import { openPlatform } from '../../src/platform.ts'
import { startBucket } from '../services/buckets.ts'
import { NO_MOTO } from '../services/moto.ts'

const moto = await startBucket('city')
const main = join(import.meta.dirname, '../../src/cli/main.ts')

describe('A lake in a bucket', { skip: moto ? false : NO_MOTO }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'blotter-'))
  after(async () => {
    rmSync(folder, { recursive: true, force: true })
    await moto?.stop()
  })

  for (const catalog of ['sqlite', 'glue']) {
    const lake = `s3://city/${catalog}`
    const blotter = (...words: string[]): Promise<unknown> =>
      new Promise((resolve, reject) => {
        const env = { ...process.env, BLOTTER_CATALOG: catalog }
        const args = ['--disable-warning=ExperimentalWarning', main, ...words, '--lake', lake, '--json']
        execFile(process.execPath, args, { cwd: folder, env, timeout: 120_000 }, (error, stdout, stderr) =>
          error ? reject(new Error(stdout + stderr)) : resolve(JSON.parse(stdout)),
        )
      })
    const source = (day: number): string[] => ['--source', `demo://chicago?rows=3000&seed=1&day=${day}`]

    it(`with the catalog ${catalog} keeps every batch, and reads them again without its local copies`, async () => {
      const first = (await blotter('run', ...source(0))) as { state: string; rows: { landed: number } }
      assert.deepEqual([first.state, first.rows.landed], ['succeeded', 3000])
      const second = (await blotter('run', ...source(1))) as { state: string; rows: { landed: number; swept: number } }
      assert.equal(second.state, 'succeeded')
      assert.ok(second.rows.landed > 0 && second.rows.landed < 500, String(second.rows.landed))
      const counted = async (at: string): Promise<unknown> =>
        blotter('query', 'select count(*) as n from raw.crimes', '--format', 'json', '--at', at)
      const before = [await counted('latest~1'), await counted('latest')]
      for (const cache of globSync(join(folder, '.blotter/*/cache'))) rmSync(cache, { recursive: true })
      assert.deepEqual([await counted('latest~1'), await counted('latest')], before)
      assert.deepEqual(before[0], [{ n: 3000 }])
    })
  }

  it('answers queries in their own processes out of local copies, and keeps citations, which doctor looks at', async () => {
    const config = loadConfig({ env: {}, flags: { lake: 's3://city/sqlite' }, cwd: folder })
    await using platform = await openPlatform(config, silentLog)
    const { console } = platform.serving()
    const asked = { at: 'latest~1', asker: 'desk@example.org', gone: new AbortController().signal }
    for (const cache of globSync(join(folder, '.blotter/*/cache'))) rmSync(cache, { recursive: true })
    const sql = "select count(*) as n from raw.crimes join crimes_at('latest') using (id)"
    {
      await using result = await console.query({ ...asked, sql }, 10)
      assert.equal(result.text, '[3000]\n')
    }
    const outside = console.query({ ...asked, sql: "from 's3://city/sqlite/x.parquet'" }, 10)
    await assert.rejects(outside, { code: 'query_refused' })
    for (const cache of globSync(join(folder, '.blotter/*/cache'))) rmSync(cache, { recursive: true })
    const { citation } = await console.citations.add({ ...asked, sql })
    assert.equal((await console.citations.check(citation, asked.asker, asked.gone)).is_same, true)
    const checks = await platform.doctor({ rebuild: false })
    assert.match(checks.find((check) => check.name === 'citations')!.message, /all 1 are whole/)
    await console.citations.remove(citation)
    assert.deepEqual(await platform.citeList(), [])
  })
})
