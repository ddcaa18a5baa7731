import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compactTable, planTableCompaction } from '../../../src/lake/upkeep/compact.ts'
import { BY_HAND, type CompactionPolicy } from '../../../src/lake/upkeep/compaction-plan.ts'
import { equalSnapshots } from '../../../src/lake/read/equal-snapshots.ts'
import { isNearKeyOrder } from '../../../src/lake/write/key-order.ts'
import { liveFiles, planScan } from '../../../src/lake/read/plan.ts'
import { scanSql } from '../../../src/lake/read/read.ts'
import { snapshotOf, type Table, tagsOf } from '../../../src/lake/table.ts'
import { dataFileLocation, describeDataFile } from '../../../src/lake/write/write.ts'
import { SCHEMA, smallLake, type SmallLake } from '../small-lake.ts'

const day = (n: number): string => new Date(Date.UTC(2026, 5, 20 + n, 6)).toISOString().replace('.000', '')

async function compact(
  lake: SmallLake,
  table: Table,
  newest: string,
  policy: CompactionPolicy = BY_HAND,
): Promise<Table> {
  const planned = await planTableCompaction(lake.storage, table, policy, newest)
  if (!planned) return table
  const { engine, storage } = lake
  return compactTable({ ...planned, engine, storage, sortBy: ['id'], label: 'compact-1', now: new Date(newest) })
}

/** Every row of a version, with the batch that brought it. */
async function rowsAt(lake: SmallLake, table: Table, ref: string, cheapest: boolean): Promise<unknown> {
  const tagged = snapshotOf(table, ref)!
  const scan = await planScan(lake.storage, table, cheapest ? equalSnapshots(table, tagged).at(-1) : tagged)
  const rows = await lake.engine.rows(`SELECT id, batch_at FROM (${scanSql(scan)}) ORDER BY id`)
  assert.equal(scan.rows, rows.length)
  return rows
}

test('every version has the same rows before and after compactions at any time, also when read from what replaced it', async (t) => {
  const lake = await smallLake(t)
  const step = fc.record({
    hide: fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { maxLength: 12 }),
    compact: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
      let table = await lake.stage(lake.table, day(0), [
        await lake.write(
          lake.table,
          day(0),
          Array.from({ length: 30 }, (_, i) => i + 1),
        ),
      ])
      const expected = new Map([[day(0), await rowsAt(lake, table, day(0), false)]])
      for (const [n, { hide, compact: due }] of steps.entries()) {
        const at = day(2 * n + 1)
        const { add, remove } =
          hide.length > 0 ? await lake.hide(table, at, `id IN (${hide.join(', ')})`) : { add: [], remove: [] }
        const fresh = hide.length > 0 ? [await lake.write(table, at, hide)] : []
        table = await lake.stage(table, at, [...add, ...fresh], remove)
        expected.set(at, await rowsAt(lake, table, at, false))
        if (due) table = await compact(lake, table, at)
      }
      table = await compact(lake, table, day(40))
      assert.equal(tagsOf(table).size, expected.size)
      for (const [at, rows] of expected) {
        assert.deepEqual(await rowsAt(lake, table, at, false), rows, `${at} by its tag`)
        assert.deepEqual(await rowsAt(lake, table, at, true), rows, `${at} by what replaced it`)
      }
      const live = await liveFiles(lake.storage, snapshotOf(table)!)
      assert.deepEqual(
        live.map(({ file }) => file.content).filter((content) => content !== 0),
        [],
        'no deletes are left',
      )
    }),
    { numRuns: 8 },
  )
})

test('small files of months that are over share one file a month, under a spec that only they have', async (t) => {
  const lake = await smallLake(t)
  let table = lake.table
  for (let n = 0; n < 14; n++) table = await lake.stage(table, day(n), [await lake.write(table, day(n), [n])])
  const compacted = await compact(lake, table, day(13))
  assert.equal(compacted.metadata['default-spec-id'], 0)
  assert.deepEqual(compacted.metadata['partition-specs'][1], {
    'spec-id': 1,
    fields: [{ 'source-id': 3, 'field-id': 1001, name: 'batch_at_month', transform: 'month' }],
  })
  const files = (await liveFiles(lake.storage, snapshotOf(compacted)!)).map(({ file }) => file)
  const june = files.filter((file) => file.spec_id === 1)
  assert.deepEqual(
    june.map((file) => [file.partition, file.record_count]),
    [[{ batch_at_month: 56 * 12 + 5 }, 11]],
  )
  assert.match(june[0]!.file_path, /\/data\/year=2026\/month=06\/compact-1-[0-9a-f-]{36}\.parquet$/)
  assert.equal(files.filter((file) => file.spec_id === 0).length, 3, 'the days of July stay')

  const hidden = await lake.hide(compacted, day(14), 'id IN (2, 3, 12)')
  const next = await lake.stage(compacted, day(14), hidden.add, hidden.remove)
  assert.deepEqual(await lake.ids(next), [0, 1, 4, 5, 6, 7, 8, 9, 10, 11, 13])
  assert.deepEqual(await lake.ids(await compact(lake, next, day(60))), [0, 1, 4, 5, 6, 7, 8, 9, 10, 11, 13])
})

test('a snapshot of a compaction says that it replaces, and keeps what is known of its rows', async (t) => {
  const lake = await smallLake(t)
  let table = await lake.stage(lake.table, day(0), [await lake.write(lake.table, day(0), [1, 2])])
  snapshotOf(table)!.summary['blotter.batch'] = day(0)
  const { add, remove } = await lake.hide(table, day(1), 'id = 1')
  table = await lake.stage(table, day(1), add, remove)
  snapshotOf(table)!.summary['blotter.batch'] = day(1)
  const { summary } = snapshotOf(await compact(lake, table, day(1)))!
  assert.equal(summary['operation'], 'replace')
  assert.equal(summary['blotter.batch'], day(1))
  assert.equal(summary['blotter.compaction'], 'compact-1')
  assert.deepEqual(
    [summary['total-records'], summary['total-data-files'], summary['total-delete-files']],
    ['1', '1', '0'],
  )
  assert.equal(summary['total-position-deletes'], '0')
})

test('a table with nothing to gain is left as it is', async (t) => {
  const lake = await smallLake(t)
  const table = await lake.stage(lake.table, day(0), [await lake.write(lake.table, day(0), [1, 2])])
  assert.equal(await planTableCompaction(lake.storage, table, BY_HAND, day(0)), undefined)
  assert.equal(await planTableCompaction(lake.storage, lake.table, BY_HAND, day(0)), undefined)
})

test('a large rewrite becomes several files, each with a range of keys', async (t) => {
  const lake = await smallLake(t)
  const ids = Array.from({ length: 1000 }, (_, i) => (i * 7919) % 1000)
  const data = await lake.write(lake.table, day(0), ids)
  let table = await lake.stage(lake.table, day(0), [data])
  const { add, remove } = await lake.hide(table, day(1), 'id % 10 = 0')
  table = await lake.stage(table, day(1), add, remove)
  const compacted = await compact(lake, table, day(1), { ...BY_HAND, sliceBytes: data.file_size_in_bytes / 4 })
  const { files } = await planScan(lake.storage, compacted, snapshotOf(compacted))
  assert.ok(files.length > 2)
  const ranges = files
    .map(({ file }) => [file.lower_bounds, file.upper_bounds].map((bounds) => bounds![0]!.value.readBigInt64LE()))
    .toSorted(([a], [b]) => Number(a! - b!))
  for (const [i, [low, high]] of ranges.entries()) assert.ok(low! <= high! && (i === 0 || low! > ranges[i - 1]![1]!))
  assert.deepEqual(await lake.ids(compacted), await lake.ids(table))
})

test('a lone file becomes one in the order of its keys, whether it lay so or not', async (t) => {
  const lake = await smallLake(t)
  for (const order of ['hash(id)', 'id']) {
    const location = dataFileLocation(lake.table, day(0), 'data')
    const rows = `SELECT range AS id, 'block' AS block, TIMESTAMPTZ '${day(0)}' AS batch_at FROM range(250000) ORDER BY ${order}`
    const written = await lake.engine.writeParquet(rows, lake.storage.enginePath(location), SCHEMA)
    let table = await lake.stage(lake.table, day(0), [describeDataFile(lake.table, written, { location, batchAt: day(0) })])
    const { add } = await lake.hide(table, day(1), 'id % 1000 = 0')
    table = await compact(lake, await lake.stage(table, day(1), add), day(1))
    const { files } = await planScan(lake.storage, table, snapshotOf(table))
    assert.equal(files[0]!.file.record_count, 249_750)
    assert.ok(await isNearKeyOrder(lake.engine, 'id', [files[0]!.path]), order)
  }
})
