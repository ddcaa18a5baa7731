import assert from 'node:assert/strict'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadConfig } from '../../../src/config.ts'
import { silentLog } from '../../../src/log.ts'
import { openPlatform } from '../../../src/platform.ts'
import { watch } from '../city.ts'

const INT = "{ name: 'x_coordinate', type: 'int'"
const LONG = INT.replace('int', 'long')
const ROOT = join(import.meta.dirname, '../../..')
const HEADER = 'id,date,primary_type,arrest,updated_on,x_coordinate,note'
const row = (id: number, x: string, note: string, day = '21'): string =>
  `${id},2026-11-20 12:00:00,THEFT,false,2026-11-${day} 12:00:00,${x},${note}`

test('a column that comes, grows wider or goes leaves the rows of before as they are, and another type is refused', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'blotter-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  // Pipelines name Blotter by its place beside them.
  await symlink(join(ROOT, 'src'), join(folder, 'src'))
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  const original = join(ROOT, 'pipelines/chicago-crimes')
  let made = 0
  /** A batch by the pipeline with its source's text changed; each is another folder, since modules are loaded once. */
  const batch = async (change: (source: string) => string, rows: readonly string[], at: string) => {
    const pipeline = join(folder, 'pipelines', `city-${++made}`)
    await cp(original, pipeline, { recursive: true })
    const file = join(pipeline, '0-source.ts')
    const text = await readFile(file, 'utf8')
    await writeFile(file, change(text))
    await writeFile(join(folder, 'crimes.csv'), `${[HEADER, ...rows].join('\n')}\n`)
    const flags = { lake: join(folder, 'lake'), source: `file:${join(folder, 'crimes.csv')}`, pipeline }
    const platform = await openPlatform(loadConfig({ env: {}, flags, cwd: folder }), silentLog)
    t.after(() => platform[Symbol.asyncDispose]())
    // A column that is gone is asked about.
    const { state } = await platform.run({ full: false, at }, watch())
    if (state === 'held') await platform.runRelease(undefined, watch())
    return async (sql: string, ref?: string): Promise<Record<string, unknown>[]> => {
      await using result = await platform.query(sql, { ...(ref ? { at: ref } : {}), signal: AbortSignal.timeout(60_000) })
      const found: Record<string, unknown>[] = []
      for await (const some of result.rows()) found.push(...some)
      return found
    }
  }
  const withNote = (text: string): string => text.replace(INT, `{ name: 'note', type: 'string', doc: 'A note.' }, ${LONG}`)
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
