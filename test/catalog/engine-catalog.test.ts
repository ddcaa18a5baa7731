import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { type EngineCatalog, openEngineCatalog } from '../../src/catalog/engine-catalog.ts'
import { purge } from '../../src/catalog/purge.ts'
import { openSqliteCatalog } from '../../src/catalog/sqlite/catalog.ts'
import { systemClock } from '../../src/clock.ts'
import { BlotterError, type ErrorCode } from '../../src/errors.ts'
import { localStorage } from '../../src/lake/local/storage.ts'
import { canonicalLocation } from '../../src/lake/location.ts'
import type { Storage } from '../../src/lake/storage.ts'
import type { Table } from '../../src/lake/table.ts'

const schema = { type: 'struct' as const, fields: [{ id: 1, name: 'id', required: false, type: 'long' }] }
const wish = (table: string, properties: Record<string, string> = {}) => ({ table, schema, properties })
const set = (table: string, key: string) => ({
  table,
  requirements: [],
  updates: [{ action: 'set-properties' as const, updates: { [key]: 'x' } }],
})
const code = (expected: ErrorCode) => (error: unknown) => error instanceof BlotterError && error.code === expected
const fileOf = ({ metadataLocation }: Table): string => canonicalLocation(metadataLocation!)

async function open(
  t: TestContext,
  storage: Storage = localStorage(),
): Promise<{ folder: string; engine: EngineCatalog; again(): EngineCatalog }> {
  const folder = await mkdtemp(join(tmpdir(), 'blotter-'))
  const opened: { close(): void }[] = []
  const again = (): EngineCatalog => {
    const catalog = openSqliteCatalog(join(folder, 'catalog.sqlite'), { name: 'blotter' })
    opened.push(catalog)
    const places = { lake: `file://${folder}`, own: new Set(['raw']), keepOut: [] }
    return openEngineCatalog({ storage, catalog, places, clock: systemClock })
  }
  t.after(async () => {
    for (const catalog of opened) catalog.close()
    await rm(folder, { recursive: true, force: true })
  })
  const engine = again()
  await engine.catalog.createNamespace('a', {})
  return { folder, engine, again }
}

test('of two processes that make one table one is told that it exists', async (t) => {
  const { engine, again } = await open(t)
  const outcomes = await Promise.allSettled([engine.create(wish('a.t')), again().create(wish('a.t'))])
  const [lost] = outcomes.filter((outcome) => outcome.status === 'rejected')
  assert.equal(outcomes.filter((outcome) => outcome.status === 'fulfilled').length, 1)
  assert.ok(code('table_exists')(lost!.reason))
})

test('two processes that write to one table at once lose nothing', async (t) => {
  const { engine, again } = await open(t)
  await engine.create(wish('a.t'))
  const other = again()
  const keys = Array.from({ length: 10 }, (_, n) => n)
  await Promise.all(keys.flatMap((n) => [engine.commit([set('a.t', `one${n}`)]), other.commit([set('a.t', `two${n}`)])]))
  const { metadata } = await engine.load('a.t')
  assert.equal(Object.keys(metadata.properties).length, 20)
})

test('a table is loaded though its metadata file goes while it is being looked for', async (t) => {
  const disk = localStorage()
  let before: (() => Promise<void>) | undefined
  const storage: Storage = {
    ...disk,
    async read(location) {
      const work = before
      before = undefined
      await work?.()
      return disk.read(location)
    },
  }
  const { engine } = await open(t, storage)
  const made = await engine.create(wish('a.t'))
  before = async () => {
    await engine.commit([set('a.t', 'key')])
    await disk.remove(made.metadataLocation!)
  }
  assert.equal((await engine.load('a.t')).metadata.properties['key'], 'x')
})

test('old metadata files stay unless the table wants them gone, and those of others stay whatever its log names', async (t) => {
  const { engine, folder } = await open(t)
  const limits = { 'write.metadata.previous-versions-max': '1' }
  const keeping = await engine.create(wish('a.keeping', limits))
  const removing = await engine.create(
    wish('a.removing', { ...limits, 'write.metadata.delete-after-commit.enabled': 'true' }),
  )
  for (const key of ['x', 'y', 'z']) for (const table of ['a.keeping', 'a.removing']) await engine.commit([set(table, key)])
  assert.ok(existsSync(fileOf(keeping)))
  assert.ok(!existsSync(fileOf(removing)))

  const precious = join(folder, 'precious.json')
  await writeFile(precious, '{}')
  const { metadata } = await engine.load('a.removing')
  const crafted = {
    ...metadata,
    'metadata-log': [{ 'metadata-file': `file://${precious}`, 'timestamp-ms': 1 }, ...metadata['metadata-log']],
  }
  const place = `${metadata.location}/metadata/crafted.metadata.json`
  await writeFile(canonicalLocation(place), JSON.stringify(crafted))
  await engine.register('a.removing', place, { overwrite: true })
  for (const key of ['x1', 'y1', 'z1']) await engine.commit([set('a.removing', key)])
  assert.ok(existsSync(precious))
})

test('a purge takes what lies in the table’s own folder alone, and leaves the data of tables that are not to be collected', async (t) => {
  const { engine, folder } = await open(t)
  const storage = localStorage()
  const other = await engine.create(wish('a.other'))
  const table = await engine.create(wish('a.t', { 'gc.enabled': 'false' }))
  const data = `${table.metadata.location}/data/kept.bin`
  await storage.writeNew(data, Buffer.from('x'))
  const statistics = [other.metadataLocation!, data].map((path, n) => ({
    'snapshot-id': n,
    'statistics-path': path,
    'file-size-in-bytes': 1,
  }))
  await purge(storage, { ...table, metadata: { ...table.metadata, statistics } })
  assert.ok(!existsSync(fileOf(table)))
  assert.ok(existsSync(fileOf(other)))
  assert.ok(existsSync(canonicalLocation(data)))
  await purge(storage, { ...table, metadata: { ...table.metadata, statistics, properties: {} } })
  assert.ok(!existsSync(canonicalLocation(data)))
  assert.ok(existsSync(join(folder, 'catalog.sqlite')))
})

test('a table that was dropped meanwhile is missing, and one that was changed is not dropped by who saw it before', async (t) => {
  const { engine } = await open(t)
  const made = await engine.create(wish('a.t'))
  await engine.commit([set('a.t', 'key')])
  await assert.rejects(
    engine.catalog.drop({ table: 'a.t', metadataLocation: made.metadataLocation! }),
    code('commit_conflict'),
  )
  await engine.drop('a.t', { purged: false })
  await assert.rejects(engine.commit([set('a.t', 'key')]), code('table_missing'))
  await assert.rejects(engine.drop('a.t', { purged: true }), code('table_missing'))
})
