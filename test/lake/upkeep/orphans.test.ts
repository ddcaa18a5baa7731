import assert from 'node:assert/strict'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { canonicalLocation } from '../../../src/lake/location.ts'
import { referencedFiles, sweepOrphans } from '../../../src/lake/upkeep/orphans.ts'
import { writeMetadata } from '../../../src/lake/write/stage.ts'
import type { Table } from '../../../src/lake/table.ts'
import { smallLake, type SmallLake } from '../small-lake.ts'

const FIRST = '2026-07-01T06:00:00Z'
const SECOND = '2026-07-02T06:00:00Z'

/** Two batches, the second of which hides rows of the first. */
async function twoBatches(lake: SmallLake): Promise<Table> {
  const one = await lake.stage(lake.table, FIRST, [await lake.write(lake.table, FIRST, [1, 2, 3, 4])])
  const first = await writeMetadata(lake.storage, one)
  const { add, remove } = await lake.hide(first.committed, SECOND, 'id < 3')
  const two = await lake.stage(
    first.committed,
    SECOND,
    [...add, await lake.write(first.committed, SECOND, [1, 2])],
    remove,
  )
  return (await writeMetadata(lake.storage, two)).committed
}

async function filesOf(lake: SmallLake): Promise<string[]> {
  const found: string[] = []
  for await (const { location } of lake.storage.list(lake.table.metadata.location))
    found.push(canonicalLocation(location))
  return found.sort()
}

test('every file that a table has written so far is needed by one of its versions', async (t) => {
  const lake = await smallLake(t)
  const table = await twoBatches(lake)
  assert.deepEqual([...(await referencedFiles(lake.storage, [table]))].sort(), await filesOf(lake))
})

test('statistics of other engines are needed, and what no version names may be removed', async (t) => {
  const lake = await smallLake(t)
  const table = await twoBatches(lake)
  const folder = `${lake.folder}/lake/raw/crimes`
  const before = await filesOf(lake)
  const [puffin, strange] = [`${folder}/metadata/1-2.stats`, `${folder}/data/lost-1.parquet`]
  for (const file of [puffin, strange]) await writeFile(file, 'four')
  const measured = { ...table, metadata: { ...table.metadata, statistics: [{ 'statistics-path': `file:${puffin}` }] } }
  const asked: string[] = []
  const never = await sweepOrphans({
    storage: lake.storage,
    tables: [measured],
    mayRemove: ({ location }) => {
      asked.push(canonicalLocation(location))
      return false
    },
  })
  assert.deepEqual([asked, never], [[strange], { files: 0, sizeBytes: 0 }])
  const swept = await sweepOrphans({ storage: lake.storage, tables: [measured], mayRemove: () => true })
  assert.deepEqual(swept, { files: 1, sizeBytes: 4 })
  assert.deepEqual(await filesOf(lake), [...before, puffin].sort())
})

test('a table whose folder is spelled through a link loses nothing', async (t) => {
  const lake = await smallLake(t)
  const table = await twoBatches(lake)
  await mkdir(`${lake.folder}/other`)
  await symlink(`${lake.folder}/lake`, `${lake.folder}/other/lake`)
  const before = await filesOf(lake)
  const linked = { ...table, metadata: { ...table.metadata, location: `file://${lake.folder}/other/lake/raw/crimes` } }
  await sweepOrphans({ storage: lake.storage, tables: [linked], mayRemove: () => true })
  assert.deepEqual(await filesOf(lake), before)
})

test('a table of which a manifest is missing is not swept at all', async (t) => {
  const lake = await smallLake(t)
  const table = await twoBatches(lake)
  await writeFile(`${lake.folder}/lake/raw/crimes/data/lost.parquet`, 'x')
  const manifest = (await filesOf(lake)).find((file) => file.endsWith('-m0.avro'))!
  await lake.storage.remove(manifest)
  const before = await filesOf(lake)
  const sweep = sweepOrphans({ storage: lake.storage, tables: [table], mayRemove: () => true })
  await assert.rejects(sweep, { code: 'lake_damaged' })
  assert.deepEqual(await filesOf(lake), before)
})
