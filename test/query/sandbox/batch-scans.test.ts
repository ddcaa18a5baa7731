import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { openSqliteCatalog } from '../../../src/catalog/sqlite/catalog.ts'
import type { DataFile } from '../../../src/lake/format/data-file.ts'
import { localStorage } from '../../../src/lake/local/storage.ts'
import { stageSnapshot, writeMetadata } from '../../../src/lake/write/stage.ts'
import { newTable } from '../../../src/lake/table.ts'
import { schemaOf } from '../../../src/model/schema.ts'
import { loadPipeline } from '../../../src/pipeline/definition/load.ts'
import { batchScans } from '../../../src/query/sandbox/batch-scans.ts'
import { makeCity, theft } from '../../pipeline/city.ts'

test('a query is given the files of its tables, and none that lies outside of the lake or is hidden in it', async () => {
  await using city = await makeCity()
  await city.publish([theft])
  await city.run({ at: '2026-02-01T06:00:00Z' })
  const storage = localStorage()
  const location = `file://${city.lake}`
  const catalog = openSqliteCatalog(join(city.lake, 'catalog.sqlite'), { name: 'blotter' })
  // Another engine's table, which names whatever file it likes as its own.
  const naming = async (table: string, file_path: string): Promise<string> => {
    const schema = schemaOf([{ name: 'n', type: 'int' }])
    const made = newTable({ name: table, location: `${location}/notes/${table}`, schema, partitionBy: null })
    const file: DataFile = {
      spec_id: 0,
      content: 0,
      file_path,
      file_format: 'PARQUET',
      partition: {},
      record_count: 1,
      file_size_in_bytes: 9,
    }
    const staged = await stageSnapshot({ ...storage, persist: async () => {} }, made, {
      add: [file],
      remove: [],
      summary: {},
      now: new Date(),
    })
    await catalog.commit([await writeMetadata(storage, staged)])
    return table
  }
  const bad = [
    await naming('notes.above', `${location}/../secret.parquet`),
    await naming('notes.away', 'file:///etc/secret.parquet'),
    await naming('notes.hidden', `${location}/.blotter/console/query-1-1/result`),
  ]
  const pipeline = await loadPipeline('pipelines/chicago-crimes')
  const openEngine = () => Promise.reject(new Error('no engine is needed to plan'))
  const scans = await batchScans({ lake: { storage, catalog, location }, pipeline, openEngine }, 'latest')
  for (const table of bad)
    await assert.rejects(scans.scan({ table }), { code: 'query_refused', message: /none of the lake’s/ }, table)
  const { files } = await scans.scan({ table: 'raw.crimes' })
  assert.ok(files.length > 0 && files.every((file) => file.startsWith(`${city.lake}/raw/crimes/data/`)), files.join())
  catalog.close()
})
