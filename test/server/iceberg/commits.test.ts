import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { session } from './session.ts'

const HUGE = 9007199254740993n
const PATH = '/namespaces/notes/tables/first'
const set = (key: string, value = 'x'): unknown => ({ action: 'set-properties', updates: { [key]: value } })
const onMain = (id: unknown): unknown => ({ type: 'assert-ref-snapshot-id', ref: 'main', 'snapshot-id': id })

test('a commit changes the table if what it takes for granted holds, and 63 bits come back as they were sent', async (t) => {
  const { make, expect, failure, load, snapshot } = await session(t)
  const { metadata } = await make('notes', 'first')
  const updates = await snapshot(metadata, HUGE)
  const { text } = await expect(200, 'POST', PATH, { body: { requirements: [onMain(null)], updates } })
  assert.match(text, /"current-snapshot-id":9007199254740993[,}]/)
  assert.equal(
    await failure(409, 'POST', PATH, { body: { requirements: [onMain(null)], updates: [set('a')] } }),
    'CommitFailedException',
  )
  assert.equal(
    await failure(409, 'POST', PATH, { body: { requirements: [onMain(HUGE - 1n)], updates: [set('a')] } }),
    'CommitFailedException',
  )
  await expect(200, 'POST', PATH, { body: { requirements: [onMain(HUGE)], updates: [set('a')] } })
  const loaded = await load('notes', 'first')
  assert.equal(loaded.metadata.properties['a'], 'x')
  assert.ok(loaded.metadata['last-updated-ms'] > metadata['last-updated-ms'])
  assert.equal(loaded.metadata['metadata-log'].length, 2)
})

test('a commit without updates changes nothing, and says what there is', async (t) => {
  const { make, expect } = await session(t)
  const made = await make('notes', 'first')
  const requirements = [{ type: 'assert-table-uuid', uuid: made.metadata['table-uuid'] }]
  const { body } = await expect(200, 'POST', PATH, { body: { requirements, updates: [] } })
  assert.equal((body as { 'metadata-location': string })['metadata-location'], made['metadata-location'])
})

test('of a commit of which one update is wrong nothing is applied, and nothing is left on the disk', async (t) => {
  const { make, failure, load, folder } = await session(t)
  const made = await make('notes', 'first')
  const files = (): string[] => readdirSync(join(folder, 'lake/notes/first'), { recursive: true }).map(String).sort()
  const before = files()
  for (const wrong of [
    { action: 'set-current-schema', 'schema-id': 7 },
    { action: 'upgrade-format-version', 'format-version': 3 },
    { action: 'make-coffee' },
    { action: 'set-properties', updates: { a: 1 } },
    { action: 'add-encryption-key', 'encryption-key': { 'key-id': 'a', 'encrypted-key-metadata': '' } },
    { action: 'set-location', location: 'file:///etc/x' },
    { action: 'set-snapshot-ref', 'ref-name': 'main', type: 'branch', 'snapshot-id': 12345 },
    { action: 'set-snapshot-ref', 'ref-name': 'x', type: 'twig', 'snapshot-id': 12345 },
    { action: 'remove-snapshots', 'snapshot-ids': [1.5] },
    null,
  ]) {
    const body = { requirements: [], updates: [set('a'), wrong] }
    assert.equal(await failure(400, 'POST', PATH, { body }), 'BadRequestException', JSON.stringify(wrong))
  }
  assert.equal(
    await failure(400, 'POST', PATH, { body: { requirements: [{ type: 'assert-luck' }], updates: [] } }),
    'BadRequestException',
  )
  assert.equal(await failure(400, 'POST', PATH, { body: { updates: [] } }), 'BadRequestException')
  assert.deepEqual(files(), before)
  assert.equal((await load('notes', 'first'))['metadata-location'], made['metadata-location'])
})

test('a snapshot whose manifest list is missing, broken or elsewhere never becomes anybody’s', async (t) => {
  const { make, failure, snapshot, folder, location } = await session(t)
  const { metadata } = await make('notes', 'first')
  const [add, ref] = await snapshot(metadata, 5)
  const broken = `${location}/notes/first/metadata/broken.avro`
  await writeFile(join(folder, 'lake/notes/first/metadata/broken.avro'), 'no avro')
  const within = ['/notes/first/metadata/none.avro', '/.blotter/x.avro', '/../x.avro'].map((place) => `${location}${place}`)
  for (const list of [broken, '/etc/passwd', 's3://b/x.avro', ...within]) {
    const wrong = structuredClone(add) as unknown as { snapshot: Record<string, unknown> }
    wrong.snapshot['manifest-list'] = list
    assert.equal(
      await failure(400, 'POST', PATH, { body: { requirements: [], updates: [wrong, ref] } }),
      'BadRequestException',
      list,
    )
  }
})

test('several tables change together or not at all', async (t) => {
  const { make, expect, failure, load } = await session(t)
  await make('notes', 'first')
  await make('notes', 'second')
  const change = (name: string, requirements: unknown[] = []): unknown => ({
    identifier: { namespace: ['notes'], name },
    requirements,
    updates: [set('together')],
  })
  const commit = (...changes: unknown[]): { body: unknown } => ({ body: { 'table-changes': changes } })
  const path = '/transactions/commit'
  assert.equal(
    await failure(409, 'POST', path, commit(change('first'), change('second', [onMain(1)]))),
    'CommitFailedException',
  )
  assert.equal(await failure(404, 'POST', path, commit(change('first'), change('none'))), 'NoSuchTableException')
  assert.equal(await failure(400, 'POST', path, commit(change('first'), change('first'))), 'BadRequestException')
  assert.equal(await failure(400, 'POST', path, commit({ requirements: [], updates: [] })), 'BadRequestException')
  for (const name of ['first', 'second'])
    assert.equal((await load('notes', name)).metadata.properties['together'], undefined)
  await expect(204, 'POST', path, commit(change('first'), change('second')))
  for (const name of ['first', 'second']) assert.equal((await load('notes', name)).metadata.properties['together'], 'x')
})

test('of many who write to one table at once nobody’s change is lost', async (t) => {
  const { make, ask, load } = await session(t)
  await make('notes', 'first')
  const writers = Array.from({ length: 8 }, (_, writer) => async (): Promise<number> => {
    let done = 0
    for (let tries = 0; done < 4 && tries < 50; tries++) {
      const { status, text } = await ask('POST', `/iceberg/v1${PATH}`, {
        body: { requirements: [], updates: [set(`w${writer}-${done}`)] },
      })
      assert.ok(status === 200 || status === 409, text)
      if (status === 200) done += 1
    }
    return done
  })
  const done = await Promise.all(writers.map((write) => write()))
  const { properties } = (await load('notes', 'first')).metadata
  assert.equal(
    Object.keys(properties).length,
    done.reduce((sum, n) => sum + n, 0),
  )
  assert.equal(Object.keys(properties).length, 32)
})

test('of two who commit upon the same snapshot one is told that it lost', async (t) => {
  const { make, ask, snapshot } = await session(t)
  const { metadata } = await make('notes', 'first')
  const bodies = await Promise.all(
    [1, 2, 3, 4].map(async (id) => ({ requirements: [onMain(null)], updates: await snapshot(metadata, id) })),
  )
  const answers = await Promise.all(bodies.map((body) => ask('POST', `/iceberg/v1${PATH}`, { body })))
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409, 409, 409])
})
