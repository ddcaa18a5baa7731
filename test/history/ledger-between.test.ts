import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ledgerBetween } from '../../src/history/ledger-between.ts'
import { heldKeysSql, holdsOf, holdsText } from '../../src/history/holds.ts'
import type { Scan, ScanFile } from '../../src/lake/read/plan.ts'
import { newTable } from '../../src/lake/table.ts'

const micros = (day: string): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64LE(BigInt(Date.parse(`${day}T06:00:00Z`)) * 1000n)
  return bytes
}

function file(path: string, bounds?: [low: string, high: string]): ScanFile {
  const known = bounds && {
    lower_bounds: [{ key: 1, value: micros(bounds[0]) }],
    upper_bounds: [{ key: 1, value: micros(bounds[1]) }],
  }
  const data = {
    spec_id: 0,
    content: 0,
    file_path: path,
    file_format: 'PARQUET',
    partition: {},
    record_count: 1,
    file_size_in_bytes: 1,
  }
  return { file: { ...data, ...known }, snapshotId: 1, sequenceNumber: 1, fileSequenceNumber: 1, path, deletes: [] }
}

const scan = (files: ScanFile[]): Scan => ({
  table: 'history.changes',
  schema: { fields: [{ id: 1, name: 'batch_at', required: false, type: 'timestamptz' }] },
  files,
  rows: files.length,
  rowsExact: true,
})

test('a part of the ledger leaves out files that hold nothing of it, and no other', () => {
  const ledger = scan([
    file('1', ['2026-11-01', '2026-11-01']),
    file('2', ['2026-11-02', '2026-11-02']),
    file('3-5', ['2026-11-03', '2026-11-05']),
    file('6', ['2026-11-06', '2026-11-06']),
    file('unknown'),
  ])
  const between = (from: string, to: string): string[] =>
    ledgerBetween(ledger, `${from}T06:00:00Z`, `${to}T06:00:00Z`).files.map((one) => one.path)
  assert.deepEqual(between('2026-11-01', '2026-11-02'), ['2', 'unknown'])
  assert.deepEqual(between('2026-11-02', '2026-11-04'), ['3-5', 'unknown'])
  assert.deepEqual(between('2026-11-05', '2026-11-30'), ['6', 'unknown'])
  assert.equal(between('2026-10-01', '2026-12-01').length, 5)
})

test('what is held is looked up as of each restored batch, in the lake and in the ledger, each once', async () => {
  const hold = { batch: '2026-11-01T06:00:00Z', where: 'id < 5', since: '2026-11-03T06:00:00Z' }
  const places = { key: 'id', current: scan([file('now')]), ledger: scan([file('3', ['2026-11-03', '2026-11-03'])]) }
  const sql = await heldKeysSql([hold, hold], { ...places, asOf: async () => scan([file('then')]) })
  assert.deepEqual(sql?.match(/'(?:now|then|3)'/g)?.sort(), ["'3'", "'now'", "'then'"])
  const expired = await heldKeysSql([hold], { ...places, asOf: async () => undefined })
  assert.doesNotMatch(expired ?? '', /'then'/)
  assert.equal(await heldKeysSql([], { ...places, asOf: async () => undefined }), undefined)
})

test('holds are kept in a property of their table, and none is no property', () => {
  const properties = { 'blotter.holds': holdsText([{ batch: 'a', where: null, since: 'b' }])! }
  const table = newTable({ name: 'raw.x', location: 'file:///x', schema: { fields: [] }, partitionBy: null, properties })
  assert.deepEqual(holdsOf(table), [{ batch: 'a', where: null, since: 'b' }])
  assert.equal(holdsText([]), undefined)
})
