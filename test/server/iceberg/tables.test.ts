import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { canonicalLocation } from '../../../src/lake/location.ts'
import { type Loaded, SCHEMA, session } from './session.ts'

const HUGE = 9007199254740993n

test('a table is made in the folder of its namespace, listed, loaded and found', async (t) => {
  const { make, expect, failure, load, location } = await session(t)
  const made = await make('notes', 'first')
  assert.equal(made.metadata.location, `${location}/notes/first`)
  assert.ok(existsSync(canonicalLocation(made['metadata-location'])))
  assert.deepEqual((await load('notes', 'first')).metadata, made.metadata)
  await expect(204, 'HEAD', '/namespaces/notes/tables/first')
  const { body } = await expect(200, 'GET', '/namespaces/notes/tables')
  assert.deepEqual(body, { identifiers: [{ namespace: ['notes'], name: 'first' }], 'next-page-token': null })
  const again = { body: { name: 'first', schema: SCHEMA } }
  assert.equal(await failure(409, 'POST', '/namespaces/notes/tables', again), 'AlreadyExistsException')
  assert.equal(await failure(404, 'POST', '/namespaces/none/tables', again), 'NoSuchNamespaceException')
  assert.equal(await failure(404, 'GET', '/namespaces/notes/tables/none'), 'NoSuchTableException')
  assert.equal((await expect(404, 'HEAD', '/namespaces/notes/tables/none')).status, 404)
  await expect(204, 'POST', '/namespaces/notes/tables/first/metrics', {
    body: { 'report-type': 'scan-report', anything: 1.5 },
  })
})

test('a table that is only staged is nowhere, until it is committed as one that is to be made', async (t) => {
  const { make, expect, failure, load } = await session(t)
  await make('notes', 'other')
  const staged = await expect(200, 'POST', '/namespaces/notes/tables', {
    body: { name: 'new', schema: SCHEMA, 'stage-create': true },
  })
  const { metadata, ...rest } = staged.body as Loaded
  assert.ok(!('metadata-location' in rest))
  assert.equal(await failure(404, 'GET', '/namespaces/notes/tables/new'), 'NoSuchTableException')
  const commit = {
    body: {
      requirements: [{ type: 'assert-create' }],
      updates: [
        { action: 'assign-uuid', uuid: metadata['table-uuid'] },
        { action: 'upgrade-format-version', 'format-version': 2 },
        { action: 'add-schema', schema: metadata.schemas[0], 'last-column-id': 1 },
        { action: 'set-current-schema', 'schema-id': -1 },
        { action: 'add-spec', spec: metadata['partition-specs'][0] },
        { action: 'set-default-spec', 'spec-id': -1 },
        { action: 'add-sort-order', 'sort-order': metadata['sort-orders'][0] },
        { action: 'set-default-sort-order', 'sort-order-id': -1 },
        { action: 'set-location', location: metadata.location },
      ],
    },
  }
  await expect(200, 'POST', '/namespaces/notes/tables/new', commit)
  assert.equal((await load('notes', 'new')).metadata['table-uuid'], metadata['table-uuid'])
  assert.equal(await failure(409, 'POST', '/namespaces/notes/tables/new', commit), 'CommitFailedException')
})

test('a table that is known already is not sent again, and only its named snapshots where those are asked for', async (t) => {
  const { make, expect, snapshot, load } = await session(t)
  const { metadata } = await make('notes', 'first')
  const path = '/namespaces/notes/tables/first'
  await expect(200, 'POST', path, { body: { requirements: [], updates: await snapshot(metadata, HUGE) } })
  const next = await load('notes', 'first')
  await expect(200, 'POST', path, { body: { requirements: [], updates: await snapshot(next.metadata, HUGE + 2n) } })
  const first = await expect(200, 'GET', path)
  const etag = String(first.headers['etag'])
  assert.equal((await expect(304, 'GET', path, { headers: { 'if-none-match': etag } })).text, '')
  const refs = await expect(200, 'GET', `${path}?snapshots=refs`, { headers: { 'if-none-match': etag } })
  assert.deepEqual(
    (refs.body as Loaded).metadata.snapshots.map((one) => one['snapshot-id']),
    [HUGE + 2n],
  )
  assert.equal((first.body as Loaded).metadata.snapshots.length, 2)
  assert.match(first.text, /"current-snapshot-id":9007199254740995/)
  await expect(200, 'POST', path, {
    body: { requirements: [], updates: [{ action: 'set-properties', updates: { a: 'b' } }] },
  })
  await expect(200, 'GET', path, { headers: { 'if-none-match': etag } })
})

test('a renamed table stays where it lies, and a new one of its old name lies elsewhere', async (t) => {
  const { make, expect, failure, load } = await session(t)
  const first = await make('notes', 'first')
  await make('others', 'taken')
  const rename = (to: { namespace: string[]; name: string }): { body: unknown } => ({
    body: { source: { namespace: ['notes'], name: 'first' }, destination: to },
  })
  assert.equal(
    await failure(409, 'POST', '/tables/rename', rename({ namespace: ['others'], name: 'taken' })),
    'AlreadyExistsException',
  )
  assert.equal(
    await failure(404, 'POST', '/tables/rename', rename({ namespace: ['none'], name: 'x' })),
    'NoSuchNamespaceException',
  )
  assert.equal(
    await failure(400, 'POST', '/tables/rename', rename({ namespace: ['others'], name: 'a.b' })),
    'BadRequestException',
  )
  await expect(204, 'POST', '/tables/rename', rename({ namespace: ['others'], name: 'moved' }))
  assert.equal(
    await failure(404, 'POST', '/tables/rename', rename({ namespace: ['others'], name: 'y' })),
    'NoSuchTableException',
  )
  assert.equal((await load('others', 'moved')).metadata.location, first.metadata.location)
  await expect(204, 'HEAD', '/namespaces/notes')
  const second = await make('notes', 'first')
  assert.notEqual(second.metadata.location, first.metadata.location)
})

test('a dropped table leaves its files unless they are to be purged, and then only its own', async (t) => {
  const { make, expect, snapshot, folder, location } = await session(t)
  const kept = await make('notes', 'kept')
  await expect(204, 'DELETE', '/namespaces/notes/tables/kept')
  assert.ok(existsSync(canonicalLocation(kept['metadata-location'])))

  const other = await make('notes', 'other')
  const gone = await make('notes', 'gone')
  const updates = await snapshot(gone.metadata, 5)
  const sizes = { 'file-size-in-bytes': 1, 'file-footer-size-in-bytes': 1 }
  const foreign = { 'snapshot-id': 5, 'statistics-path': other['metadata-location'], ...sizes, 'blob-metadata': [] }
  await expect(200, 'POST', '/namespaces/notes/tables/gone', {
    body: { requirements: [], updates: [...updates, { action: 'set-statistics', statistics: foreign }] },
  })
  await expect(204, 'DELETE', '/namespaces/notes/tables/gone?purgeRequested=true')
  const left = readdirSync(join(folder, 'lake/notes/gone'), { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  )
  assert.deepEqual(
    left.map((entry) => entry.name),
    [],
  )
  assert.ok(existsSync(canonicalLocation(other['metadata-location'])), 'a file of another table, though named, stays')
  assert.ok(location.startsWith('file:'))
})

test('a table whose metadata is there already is taken in, if all of it lies in the lake', async (t) => {
  const { make, expect, failure, folder, location } = await session(t)
  const made = await make('notes', 'first')
  await expect(204, 'DELETE', '/namespaces/notes/tables/first')
  const register = (name: string, at: string, overwrite = false): { body: unknown } => ({
    body: { name, 'metadata-location': at, overwrite },
  })
  const path = '/namespaces/notes/register'
  const { body } = await expect(200, 'POST', path, register('again', made['metadata-location']))
  assert.equal((body as Loaded).metadata['table-uuid'], made.metadata['table-uuid'])
  assert.equal(await failure(409, 'POST', path, register('again', made['metadata-location'])), 'AlreadyExistsException')
  await expect(200, 'POST', path, register('again', made['metadata-location'], true))
  assert.equal(
    await failure(400, 'POST', path, register('copy', made['metadata-location'])),
    'BadRequestException',
    'it lies where another lies',
  )

  const write = async (place: string, metadata: object): Promise<string> => {
    await mkdir(join(folder, place), { recursive: true })
    await writeFile(join(folder, place, '00000-x.metadata.json'), JSON.stringify(metadata))
    return `file://${folder}/${place}/00000-x.metadata.json`
  }
  const outside = await write('elsewhere/t/metadata', { ...made.metadata, location: `file://${folder}/elsewhere/t` })
  const escaping = await write('lake/notes/b/metadata', { ...made.metadata, location: `file://${folder}/elsewhere/t` })
  const ours = await write('lake/notes/c/metadata', { ...made.metadata, location: `${location}/raw/crimes` })
  const reading = await write('lake/notes/d/metadata', {
    ...made.metadata,
    location: `${location}/notes/d`,
    snapshots: [{ 'snapshot-id': 1, 'sequence-number': 1, 'timestamp-ms': 1, 'manifest-list': '/etc/passwd', summary: {} }],
  })
  for (const at of [outside, escaping, ours, reading])
    assert.equal(await failure(400, 'POST', path, register('x', at)), 'BadRequestException', at)
})

test('locations that lead out of the lake, or into what is not theirs, are refused when a table is made', async (t) => {
  const { make, failure, location } = await session(t)
  await make('notes', 'first')
  const within = ['/../x/y', '/raw/crimes', '/.blotter/x', '/notes/first', '/notes', ''].map(
    (place) => `${location}${place}`,
  )
  for (const place of ['file:///etc/x', 's3://b/x', ...within]) {
    const asked = { body: { name: 'x', schema: SCHEMA, location: place } }
    assert.equal(await failure(400, 'POST', '/namespaces/notes/tables', asked), 'BadRequestException', place)
  }
})

test('what no table can be is refused with a word on why', async (t) => {
  const { make, failure, expect } = await session(t)
  await make('notes', 'first')
  const bad: unknown[] = [
    { name: 'a.b', schema: SCHEMA },
    { name: '../x', schema: SCHEMA },
    { name: '', schema: SCHEMA },
    { name: 'x' },
    { name: 'x', schema: { type: 'struct', fields: 'none' } },
    { name: 'x', schema: { type: 'struct', fields: [{ id: 1, name: 'a', type: 'money', required: false }] } },
    {
      name: 'x',
      schema: { type: 'struct', fields: [{ id: 1, name: 'a', type: 'long', required: false, 'write-default': 5 }] },
    },
    { name: 'x', schema: SCHEMA, properties: { 'format-version': '3' } },
    { name: 'x', schema: SCHEMA, properties: { a: 1 } },
    { name: 'x', schema: SCHEMA, 'partition-spec': { fields: [{ 'source-id': 9, name: 'p', transform: 'day' }] } },
    [],
    null,
    'text',
  ]
  for (const one of bad) {
    const body = JSON.stringify(one)
    assert.equal(await failure(400, 'POST', '/namespaces/notes/tables', { body }), 'BadRequestException', body)
  }
  const deep = `${'{"type":"list","element-id":1,"element-required":false,"element":'.repeat(90)}"long"${'}'.repeat(90)}`
  const { text } = await expect(400, 'POST', '/namespaces/notes/tables', {
    body: `{"name":"x","schema":{"type":"struct","fields":[{"id":1,"name":"a","required":false,"type":${deep}}]}}`,
  })
  assert.match(text, /deeper/)
})
