import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { loadConfig } from '../../src/config.ts'
import { silentLog } from '../../src/log.ts'
import { openPlatform } from '../../src/platform.ts'
import { watch } from '../pipeline/city.ts'

/** The days that the page speaks of. */
const DAYS = ['2026-01-01', '2026-10-23', '2026-11-22', '2026-11-23']

describe('The SQL of docs/query.md', () => {
  let folder: string
  const open = (day: number) => {
    const flags = { lake: join(folder, 'lake'), source: `demo://chicago?rows=1500&seed=1&day=${day}` }
    return openPlatform(loadConfig({ env: {}, flags, cwd: folder }), silentLog)
  }
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'blotter-documented-'))
    for (const [day, date] of DAYS.entries()) {
      await using platform = await open(day)
      assert.equal((await platform.run({ full: false, at: `${date}T06:00:00Z` }, watch())).state, 'succeeded')
    }
  })
  after(() => rm(folder, { recursive: true, force: true }))

  const page = readFileSync(join(import.meta.dirname, '../../docs/query.md'), 'utf8')
  const statements = [...page.matchAll(/```sql\n([\s\S]*?)```/g)].map((match) => match[1]!)
  const commands = [...page.matchAll(/^blotter query "([^"]+)"(?: --at (\S+))?/gm)]

  it('runs, and finds something', async () => {
    await using platform = await open(DAYS.length - 1)
    assert.ok(statements.length >= 5 && commands.length >= 3)
    for (const [sql, at] of [...statements.map((sql) => [sql]), ...commands.map((command) => command.slice(1))]) {
      await using result = await platform.query(sql!, { ...(at ? { at } : {}), signal: AbortSignal.timeout(60_000) })
      let rows = 0
      for await (const some of result.rows()) rows += some.length
      // In so small a city nothing needs to have been renamed, and no row of a given year changed.
      assert.ok(rows > 0 || /reclassified|2019/.test(sql!), `nothing came of ${sql}`)
    }
  })
})
