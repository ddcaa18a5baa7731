import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { openSavedQueries } from '../../src/query/saved-queries.ts'

const me = { name: 'me@example.org', isAdmin: false }
const you = { name: 'you@example.org', isAdmin: false }

test('what is saved comes back as it was, whatever stands in it', async (t) => {
  const folder = join(await mkdtemp(join(tmpdir(), 'blotter-')), 'queries')
  t.after(() => rm(join(folder, '..'), { recursive: true }))
  const saved = openSavedQueries(folder)
  assert.deepEqual(await saved.list(), [])
  const text = fc.string({ unit: 'grapheme', maxLength: 40 })
  await fc.assert(
    fc.asyncProperty(text, text, async (sql, doc) => {
      const query = { name: 'Größe 1', sql: sql.replaceAll('\r', ' ').trim(), doc, saved_by: me.name }
      assert.deepEqual(await saved.save(query, me), query)
    }),
    { numRuns: 50 },
  )
  assert.deepEqual(await readdir(folder), ['Größe 1.sql'], 'nothing unfinished is left')
  await saved.save({ name: 'plain', sql: 'select 1', at: 'latest~1', saved_by: me.name }, me)
  assert.equal(
    await readFile(join(folder, 'plain.sql'), 'utf8'),
    '/*---\nat: "latest~1"\nsaved_by: "me@example.org"\n---*/\nselect 1\n',
  )
})

test('names lead to no other place, and another’s query stays as it is', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'blotter-'))
  t.after(() => rm(folder, { recursive: true }))
  const saved = openSavedQueries(join(folder, 'queries'))
  for (const name of [
    '',
    '.',
    '..',
    '../x',
    'a/b',
    'a\\b',
    '.hidden',
    ' a',
    'a ',
    'a.',
    'x'.repeat(81),
    'a\0b',
    'a\nb',
    'a:b',
  ])
    await assert.rejects(saved.save({ name, sql: 'select 1' }, me), { code: 'saved_query_invalid' }, JSON.stringify(name))
  assert.deepEqual(await readdir(folder), [])
  await saved.save({ name: 'mine', sql: 'select 1', saved_by: me.name }, me)
  await assert.rejects(saved.save({ name: 'mine', sql: 'select 2', saved_by: you.name }, you), {
    code: 'saved_query_invalid',
  })
  await assert.rejects(saved.remove('mine', you), { code: 'saved_query_invalid' })
  await assert.rejects(saved.remove('other', you), { code: 'saved_query_missing' })
  assert.equal((await saved.save({ name: 'mine', sql: 'select 3', saved_by: me.name }, me)).sql, 'select 3')
  assert.equal((await saved.remove('mine', { ...you, isAdmin: true })).sql, 'select 3')
})

test('nobody fills the place that is for all', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'blotter-'))
  t.after(() => rm(folder, { recursive: true }))
  const saved = openSavedQueries(folder)
  const file = (i: number): string => join(folder, `mine ${i}.sql`)
  const text = `/*---\nsaved_by: ${JSON.stringify(me.name)}\n---*/\nselect 1\n`
  await Promise.all(Array.from({ length: 200 }, (_, i) => writeFile(file(i), text)))
  const one = { name: 'one more', sql: 'select 1' }
  await assert.rejects(saved.save({ ...one, saved_by: me.name }, me), /saved 200 queries already/)
  await saved.save({ name: 'mine 7', sql: 'select 2', saved_by: me.name }, me)
  await saved.save({ ...one, saved_by: you.name }, you)
})
