import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BlotterError } from '../../../src/errors.ts'
import { CONTENT, type DataFile, DELETE_PATH_ID, deleteTarget, type LiveFile } from '../../../src/lake/format/data-file.ts'
import { type Scan, scanOf } from '../../../src/lake/read/plan.ts'

const SCHEMA = { fields: [{ id: 1, name: 'id', required: false, type: 'long' as const }] }
const DATA_PATH = 'file:///lake/raw/crimes/data/year=2026/month=07/day=01/data-1.parquet'

const live = (sequenceNumber: number, file: Partial<DataFile>): LiveFile => ({
  snapshotId: 1,
  sequenceNumber,
  fileSequenceNumber: sequenceNumber,
  file: {
    spec_id: 0,
    content: CONTENT.data,
    file_path: DATA_PATH,
    file_format: 'PARQUET',
    partition: { batch_at_day: 20_635 },
    record_count: 100,
    file_size_in_bytes: 1,
    ...file,
  },
})
const hiding = (sequenceNumber: number, file: Partial<DataFile>): LiveFile =>
  live(sequenceNumber, {
    content: CONTENT.positionDeletes,
    file_path: `file:///lake/d-${sequenceNumber}.parquet`,
    record_count: 7,
    ...file,
  })
const plan = (...files: LiveFile[]): Scan => scanOf('raw.crimes', SCHEMA, files, (location) => location)
const bounds = (lower: string, upper = lower): Partial<DataFile> => ({
  lower_bounds: [{ key: DELETE_PATH_ID, value: Buffer.from(lower) }],
  upper_bounds: [{ key: DELETE_PATH_ID, value: Buffer.from(upper) }],
})

test('a delete file hides rows of the data file it names, in any spelling of its location', () => {
  for (const spelling of [DATA_PATH, DATA_PATH.replace('file:///', 'file:/'), DATA_PATH.replace('file://', '')]) {
    for (const naming of [{ referenced_data_file: spelling }, bounds(spelling)]) {
      const scan = plan(live(1, {}), hiding(2, naming))
      assert.equal(scan.files[0]?.deletes.length, 1, spelling)
      assert.deepEqual([scan.rows, scan.rowsExact], [93, true])
    }
  }
})

test('an older delete file, one of another partition or spec, and one of a file that is gone hide nothing', () => {
  const elsewhere = 'file:///lake/raw/crimes/data/gone.parquet'
  const scan = plan(
    live(5, {}),
    hiding(4, { referenced_data_file: DATA_PATH }),
    hiding(6, { partition: { batch_at_day: 20_636 }, referenced_data_file: DATA_PATH }),
    hiding(7, { spec_id: 1, referenced_data_file: DATA_PATH }),
    hiding(8, { partition: { batch_at_day: 20_636 } }),
    hiding(9, { referenced_data_file: elsewhere }),
  )
  assert.deepEqual(scan.files[0]?.deletes, [])
  assert.equal(scan.rows, 100)
})

test('a delete file that names no data file is looked into for every one of its partition', () => {
  const other = DATA_PATH.replace('data-1', 'data-2')
  const scan = plan(live(1, {}), live(2, { file_path: other }), hiding(2, {}))
  assert.deepEqual(
    scan.files.map((file) => file.deletes.map((one) => one.exclusive)),
    [[false], [false]],
  )
  assert.deepEqual([scan.rows, scan.rowsExact], [193, false])
})

test('bounds that were cut to 16 bytes name no file, so that their deletes are not lost', () => {
  assert.equal(deleteTarget(hiding(2, bounds(DATA_PATH.slice(0, 16))).file), undefined)
  assert.equal(deleteTarget(hiding(2, bounds('file:///lake/a.parquet', 'file:///lake/b.parquet')).file), undefined)
  assert.equal(plan(live(1, {}), hiding(2, bounds(DATA_PATH.slice(0, 16)))).files[0]?.deletes.length, 1)
})

test('equality deletes and other file formats are refused by name', () => {
  const refused = (file: Partial<DataFile>): void =>
    assert.throws(
      () => plan(live(1, file)),
      (error) => error instanceof BlotterError && error.code === 'unsupported' && error.message.includes(DATA_PATH),
    )
  refused({ content: CONTENT.equalityDeletes })
  refused({ file_format: 'ORC' })
})
