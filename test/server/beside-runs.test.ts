import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { formatJson, parseJson } from '../../src/lake/format/exact-json.ts'
import type { TableMetadata } from '../../src/lake/format/metadata.ts'
import { createApp } from '../../src/server/app.ts'
import { type City, type Incident, makeCity } from '../pipeline/city.ts'

const incident = (id: number, block: string, day = '21'): Incident => ({
  id,
  date: '2026-11-20 12:00:00',
  primary_type: 'THEFT',
  description: 'OVER $500',
  block,
  location_description: 'STREET',
  arrest: 'false',
  updated_on: `2026-11-${day} 12:00:00`,
})

interface Catalog {
  post(path: string, body: unknown): Promise<number>
  metadata(path: string): Promise<TableMetadata>
  close(): Promise<void>
}

async function catalogOf({ platform }: City): Promise<Catalog> {
  const { token } = await platform.tokenAdd({ name: 'engine', scopes: ['catalog:read', 'catalog:write', 'pipeline:write'] })
  const app = createApp(platform.serving())
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  return {
    post: async (path, body) =>
      (await app.inject({ method: 'POST', url: `/iceberg/v1${path}`, headers, payload: formatJson(body) })).statusCode,
    metadata: async (path) =>
      (parseJson((await app.inject({ url: `/iceberg/v1${path}`, headers })).body) as { metadata: TableMetadata }).metadata,
    close: () => app.close(),
  }
}

test('who writes to Blotter’s own tables while it makes a batch loses nothing, and neither does the batch', async () => {
  await using city = await makeCity()
  await city.publish([incident(1, 'a')])
  await city.run({ at: '2026-11-21T06:00:00Z' })
  const catalog = await catalogOf(city)
  const path = '/namespaces/raw/tables/crimes'
  let written = 0
  let stop = false
  const write = async (): Promise<void> => {
    while (!stop) {
      const status = await catalog.post(path, {
        requirements: [],
        updates: [{ action: 'set-properties', updates: { [`key${written}`]: 'x' } }],
      })
      assert.ok(status === 200 || status === 409, String(status))
      if (status === 200) written += 1
      await sleep(5)
    }
  }
  await city.publish([incident(1, 'b', '22'), incident(2, 'c', '22')])
  const writing = write()
  try {
    // Properties go with rows: nobody has to begin again.
    await city.run({ at: '2026-11-22T06:00:00Z' })
  } finally {
    stop = true
    await writing
  }
  const { properties, refs } = await catalog.metadata(path)
  assert.equal(Object.keys(properties).filter((key) => key.startsWith('key')).length, written)
  assert.ok(written > 0 && refs['2026-11-22T06:00:00Z'])
  const rows = await city.query('select id, block from raw.crimes order by id')
  assert.deepEqual(
    rows.map((row) => [Number(row['id']), row['block']]),
    [
      [1, 'b'],
      [2, 'c'],
    ],
  )
  await catalog.close()
})

test('a lake in which another engine keeps its own tables goes on making batches, and reads them', async () => {
  await using city = await makeCity()
  const catalog = await catalogOf(city)
  assert.equal(await catalog.post('/namespaces', { namespace: ['notes'] }), 200)
  const field = (id: number, name: string, type: string): unknown => ({ id, name, required: false, type })
  const table = (name: string, type: string): unknown => ({
    name,
    schema: { type: 'struct', fields: [field(1, 'id', type)] },
  })
  assert.equal(await catalog.post('/namespaces/notes/tables', table('mine', 'long')), 200)
  assert.equal(await catalog.post('/namespaces/notes/tables', table('money', 'decimal(10, 2)')), 200)
  await city.publish([incident(1, 'a')])
  await city.run({ at: '2026-11-21T06:00:00Z' })
  assert.deepEqual(await city.query('select * from notes.mine'), [])
  assert.equal((await city.query('select * from raw.crimes')).length, 1)
  assert.ok((await city.platform.tables()).some(({ name }) => name === 'raw.crimes'))
  await catalog.close()
})
