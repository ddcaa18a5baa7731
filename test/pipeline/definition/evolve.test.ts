import assert from 'node:assert/strict'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { loadConfig } from '../../../src/config.ts'
import { silentLog } from '../../../src/log.ts'
import { openPlatform, type Platform } from '../../../src/platform.ts'
import { watch } from '../city.ts'

const INT = "{ name: 'x_coordinate', type: 'int'"
const LONG = INT.replace('int', 'long')
const ROOT = join(import.meta.dirname, '../../..')
const HEADER = 'id,date,primary_type,arrest,updated_on,x_coordinate,note'
const row = (id: number, x: string, note: string, day = '21'): string =>
  `${id},2026-11-20 12:00:00,THEFT,false,2026-11-${day} 12:00:00,${x},${note}`

/** Makes batches of one lake, each by the pipeline with texts of its files changed. */
async function evolvingCity(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'blotter-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  // Pipelines name Blotter by its place beside them.
  await symlink(join(ROOT, 'src'), join(folder, 'src'))
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  const original = join(ROOT, 'pipelines/chicago-crimes')
  let made = 0
  /** Each is another folder, since modules are loaded once. */
  const changed = async (changes: Record<string, (text: string) => string>): Promise<Platform> => {
    const pipeline = join(folder, 'pipelines', `city-${++made}`)
    await cp(original, pipeline, { recursive: true })
    for (const [name, change] of Object.entries(changes)) {
      const file = join(pipeline, name)
      await writeFile(file, change(await readFile(file, 'utf8')))
    }
    const flags = { lake: join(folder, 'lake'), source: `file:${join(folder, 'crimes.csv')}`, pipeline }
    const platform = await openPlatform(loadConfig({ env: {}, flags, cwd: folder }), silentLog)
    t.after(() => platform[Symbol.asyncDispose]())
    return platform
  }
  const run = async (platform: Platform, rows: readonly string[], at: string): Promise<void> => {
    await writeFile(join(folder, 'crimes.csv'), `${[HEADER, ...rows].join('\n')}\n`)
    // A column that is gone is asked about.
    const { state } = await platform.run({ full: false, at }, watch())
    if (state === 'held') await platform.runRelease(undefined, watch())
  }
  return { folder, changed, run }
}

const queryOf = (platform: Platform) => async (sql: string, ref?: string) => {
  await using result = await platform.query(sql, { ...(ref ? { at: ref } : {}), signal: AbortSignal.timeout(60_000) })
  const found: Record<string, unknown>[] = []
  for await (const some of result.rows()) found.push(...some)
  return found
}

const withNote = (text: string): string => text.replace(INT, `{ name: 'note', type: 'string', doc: 'A note.' }, ${LONG}`)

test('a column that comes, grows wider or goes leaves the rows of before as they are, and another type is refused', async (t) => {
  const { changed, run } = await evolvingCity(t)
  const batch = async (change: (source: string) => string, rows: readonly string[], at: string) => {
    const platform = await changed({ '0-source.ts': change })
    await run(platform, rows, at)
    return queryOf(platform)
  }
  await batch((text) => text, [row(1, '7', 'x'), row(2, '8', 'x')], '2026-11-21T06:00:00Z')

  const grown = await batch(withNote, [row(1, '7', 'x'), row(2, '5000000000', 'seen', '22')], '2026-11-22T06:00:00Z')
  const raw = 'select id, x_coordinate as c, note from raw.crimes order by id'
  assert.deepEqual(await grown(raw), [
    { id: 1n, c: 7n, note: null },
    { id: 2n, c: 5_000_000_000n, note: 'seen' },
  ])
  const told =
    'select id, before.x_coordinate as b, after.x_coordinate as a, before.note as x, after.note as y from history.changes order by batch_at'
  assert.deepEqual(await grown(told), [{ id: 2n, b: 8n, a: 5_000_000_000n, x: null, y: 'seen' }])
  assert.deepEqual(await grown('select id, x_coordinate as c from raw.crimes order by id', '2026-11-21T06:00:00Z'), [
    { id: 1n, c: 7 },
    { id: 2n, c: 8 },
  ])

  const without = (text: string): string => text.replace(INT, LONG)
  await batch(without, [row(1, '9', 'x', '23'), row(2, '5000000000', 'seen', '22')], '2026-11-23T06:00:00Z')
  const again = await batch(
    withNote,
    [row(1, '9', 'back', '24'), row(2, '5000000000', 'seen', '22')],
    '2026-11-24T06:00:00Z',
  )
  assert.deepEqual(
    (await again(told)).map(({ id, b, a, x, y }) => [id, b, a, x, y]),
    [
      [2n, 8n, 5_000_000_000n, null, 'seen'],
      [1n, 7n, 9n, null, null],
      [1n, 9n, 9n, null, 'back'],
    ],
  )

  const texts = (text: string): string =>
    withNote(text).replace("name: 'note', type: 'string'", "name: 'note', type: 'date'")
  await assert.rejects(batch(texts, [row(1, '9', '2026-11-20', '25')], '2026-11-25T06:00:00Z'), {
    code: 'pipeline_invalid',
    message: /column note of raw\.crimes was string and is to be date.*Nothing was committed/s,
  })
  assert.equal((await again(raw)).length, 2)
})

test('what changed before a column or a kind came is told by the pipeline of now', async (t) => {
  const { changed, run } = await evolvingCity(t)
  const before = await changed({})
  const [first, second, third] = ['2026-11-21T06:00:00Z', '2026-11-22T06:00:00Z', '2026-11-23T06:00:00Z'] as const
  await run(before, [row(1, '7', 'x'), row(2, '8', 'x')], first)
  await run(before, [row(1, '9', 'x', '22'), row(2, '8', 'x')], second)

  const noted = (text: string): string =>
    text.replace('reclassified: {', "noted: { columns: ['note'] },\n    reclassified: {")
  const platform = await changed({ '0-source.ts': withNote, '1-raw/crimes.ts': noted })
  const told = async (from: string, to: string) => {
    const { changes } = await platform.diff(from, to, { rows: true })
    return changes!.map(({ id, kinds, before: was, after: is }) => [id, kinds.join(), was?.['note'], is?.['note']])
  }
  // Before a batch has brought the column, and after it.
  assert.deepEqual(await told(first, second), [[1, 'moved', null, null]])
  await run(platform, [row(1, '9', 'seen', '23'), row(2, '8', 'x')], third)
  assert.deepEqual(await told(first, second), [[1, 'moved', null, null]])
  assert.deepEqual(await told(first, third), [[1, 'noted,moved', null, 'seen']])
  const changes = `select id, kinds from changes('${first}', '${second}')`
  for (const at of [second, third]) assert.deepEqual(await queryOf(platform)(changes, at), [{ id: 1n, kinds: ['moved'] }])

  const batches = await platform.batches()
  assert.deepEqual(
    batches.map((one) => one.changes),
    [{ new: 2 }, { moved: 1 }, { noted: 1 }],
  )

  const other = await changed({
    '0-source.ts': (text) =>
      text.replace("key: 'id'", "key: 'nr'").replace("name: 'id'", "name: 'nr'").replace("'id',", "'nr',"),
  })
  await assert.rejects(other.diff(first, third, { rows: false }), { code: 'pipeline_invalid', message: /no key nr/ })
})

test('a column that no batch has brought yet has no value to a preview and a release', async (t) => {
  const { changed, run } = await evolvingCity(t)
  const before = await changed({})
  await run(before, [row(1, '7', 'x'), row(2, '8', 'x'), row(3, 'far', 'x')], '2026-01-01T06:00:00Z')
  await run(before, [row(1, '9', 'x', '22'), row(2, '8', 'x'), row(3, 'far', 'x')], '2026-01-02T06:00:00Z')

  const platform = await changed({ '0-source.ts': withNote })
  assert.deepEqual((await platform.restorePreview({ ref: 'latest~1' })).changes, { moved: 1 })
  const { rows } = await platform.quarantineRelease(watch())
  assert.deepEqual([rows.read, rows.quarantined], [1, 1])
})
