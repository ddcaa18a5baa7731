import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AUTOMATIC, BY_HAND, planCompaction } from '../../../src/lake/upkeep/compaction-plan.ts'
import { CONTENT, type DataFile, type LiveFile } from '../../../src/lake/format/data-file.ts'
import { scanOf } from '../../../src/lake/read/plan.ts'

const MIB = 2 ** 20

const live = (
  name: string,
  rows: number,
  mebibytes: number,
  more: Partial<DataFile> = {},
  sequenceNumber = 1,
): LiveFile => ({
  file: {
    spec_id: 0,
    content: CONTENT.data,
    file_path: `file:///lake/${name}.parquet`,
    file_format: 'PARQUET',
    partition: { batch_at_day: 20_000 },
    record_count: rows,
    file_size_in_bytes: mebibytes * MIB,
    ...more,
  },
  snapshotId: 1,
  sequenceNumber,
  fileSequenceNumber: sequenceNumber,
})

const hiding = (target: string | undefined, rows: number, more: Partial<DataFile> = {}): LiveFile =>
  live(
    `${target}-deletes`,
    rows,
    1,
    {
      content: CONTENT.positionDeletes,
      ...(target === undefined ? {} : { referenced_data_file: `file:///lake/${target}.parquet` }),
      ...more,
    },
    2,
  )

const plan = (files: LiveFile[], policy = AUTOMATIC) => {
  const { rewrites, remove } = planCompaction({
    scan: scanOf('raw.crimes', { fields: [] }, files, (path) => path),
    live: files,
    policy,
  })
  const name = (file: DataFile): string => file.file_path.replace('file:///lake/', '').replace('.parquet', '')
  return {
    rewrites: rewrites.map((one) => [one.files.map(({ file }) => name(file)), one.rows]),
    remove: remove.map(name),
  }
}

test('a large file is left alone until more than a tenth of it is hidden', () => {
  assert.deepEqual(plan([live('base', 1000, 100), hiding('base', 100)]), { rewrites: [], remove: [] })
  assert.deepEqual(plan([live('base', 1000, 100), hiding('base', 101)]), {
    rewrites: [[['base'], 899]],
    remove: ['base', 'base-deletes'],
  })
  assert.deepEqual(plan([live('base', 1000, 100), live('clean', 9, 100), hiding('base', 1)], BY_HAND).rewrites, [
    [['base'], 999],
  ])
})

test('a file is left alone whose hidden rows are few among those of the whole table, until somebody asks', () => {
  const files = [live('base', 199_000, 100), live('of a day', 1000, 1), hiding('of a day', 199)]
  assert.deepEqual(plan(files), { rewrites: [], remove: [] })
  assert.deepEqual(plan(files, BY_HAND).rewrites, [[['of a day'], 801]])
  const more = [live('base', 199_000, 100), live('of a day', 1000, 1), hiding('of a day', 200)]
  assert.deepEqual(plan(more).rewrites, [[['of a day'], 800]])
  const wide = [live('base', 199_000, 100), live('of a day', 1000, 1), hiding(undefined, 1)]
  assert.deepEqual(plan(wide).remove, ['base', 'of a day', 'undefined-deletes'])
})

test('small files of one partition become one when there are enough of them', () => {
  const few = Array.from({ length: 11 }, (_, i) => live(`f${i}`, 10, 1))
  assert.deepEqual(plan(few).rewrites, [])
  const enough = [...few, live('last', 10, 1)]
  assert.equal(plan(enough).rewrites[0]![1], 120)
  const elsewhere = enough.map((one, i) => ({ ...one, file: { ...one.file, partition: { batch_at_day: i } } }))
  assert.deepEqual(plan(elsewhere).rewrites, [])
  assert.deepEqual(plan([...few, live('large', 10, 40)]).rewrites, [])
})

test('deletes that hide nothing are dropped, those of files that stay are kept', () => {
  const files = [live('base', 1000, 100), hiding('base', 10), hiding('gone', 5)]
  assert.deepEqual(plan(files), { rewrites: [], remove: ['gone-deletes'] })
})

test('deletes that may speak of several files go once all of those are rewritten', () => {
  const wide = hiding(undefined, 5)
  assert.deepEqual(plan([live('a', 10, 100), live('b', 10, 100), wide]), {
    rewrites: [[['a', 'b'], undefined]],
    remove: ['a', 'b', 'undefined-deletes'],
  })
})

test('so much is rewritten at once, and each new file is about as large as wanted', () => {
  const files = Array.from({ length: 6 }, (_, i) => [live(`f${i}`, 100, 300), hiding(`f${i}`, 50)]).flat()
  const scan = scanOf('raw.crimes', { fields: [] }, files, (path) => path)
  const { rewrites } = planCompaction({ scan, live: files, policy: AUTOMATIC })
  assert.deepEqual(
    rewrites.map((one) => [one.files.length, one.slices]),
    [
      [3, 8],
      [3, 8],
    ],
  )
})
