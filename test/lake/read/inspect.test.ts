import assert from 'node:assert/strict'
import { appendFile, chmod, readFile, rm, writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { inspectFiles } from '../../../src/lake/read/inspect.ts'
import { canonicalLocation } from '../../../src/lake/location.ts'
import { snapshotOf, type Table } from '../../../src/lake/table.ts'
import { smallLake, type SmallLake } from '../small-lake.ts'

const FIRST = '2026-07-01T06:00:00Z'
const SECOND = '2026-07-02T06:00:00Z'

async function twoBatches(lake: SmallLake): Promise<{ table: Table; data: string; deletes: string }> {
  const data = await lake.write(lake.table, FIRST, [1, 2, 3, 4])
  const one = await lake.stage(lake.table, FIRST, [data])
  const { add } = await lake.hide(one, SECOND, 'id < 3')
  return {
    table: await lake.stage(one, SECOND, add),
    data: canonicalLocation(data.file_path),
    deletes: canonicalLocation(add[0]!.file_path),
  }
}

test('a whole lake has no faults, and every file of every version is looked at once', async (t) => {
  const lake = await smallLake(t)
  const { table } = await twoBatches(lake)
  // Two manifest lists, a manifest of data and one of deletes, a file of each.
  assert.deepEqual(await inspectFiles(lake.storage, [table]), { files: 6, faults: [] })
})

test('all files that are missing, longer or shorter are told of, not only the first', async (t) => {
  const lake = await smallLake(t)
  const { table, data, deletes } = await twoBatches(lake)
  await chmod(data, 0o600)
  await appendFile(data, 'x')
  await rm(deletes)
  const { faults } = await inspectFiles(lake.storage, [table])
  assert.equal(faults.length, 2)
  assert.match(faults.find((fault) => fault.includes(data)) ?? '', /has \d+ bytes and should have \d+\.$/)
  assert.match(faults.find((fault) => fault.includes(deletes)) ?? '', /is missing\.$/)
})

test('a manifest list of an older batch in which a bit has turned is found by its checksum', async (t) => {
  const lake = await smallLake(t)
  const { table } = await twoBatches(lake)
  const list = canonicalLocation(snapshotOf(table, FIRST)!['manifest-list'])
  const bytes = await readFile(list)
  bytes[bytes.length - 1]! ^= 1
  await chmod(list, 0o600)
  await writeFile(list, bytes)
  const { faults } = await inspectFiles(lake.storage, [table])
  assert.equal(faults.length, 1)
  assert.match(faults[0]!, /checksum/)
})
