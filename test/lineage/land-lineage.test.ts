import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import { describe, it } from 'node:test'
import type { TableLineage } from '../../src/lineage/column-lineage.ts'
import { batchesLineage, changesLineage, quarantineLineage, rawLineage } from '../../src/lineage/land-lineage.ts'
import { loadPipeline } from '../../src/pipeline/definition/load.ts'
import { tableSpecs } from '../../src/pipeline/definition/tables.ts'
import { bindColumns } from '../../src/quality/columns.ts'
import type { FoundColumn } from '../../src/source/source.ts'

const pipeline = await loadPipeline(resolve(import.meta.dirname, '../../pipelines/chicago-crimes'))
const { source, raw, rawName } = pipeline

const found: FoundColumn[] = [
  { name: 'ID', type: 'long', declared: 'bigint' },
  { name: 'Case Number', type: 'text', declared: 'varchar' },
  { name: 'Date', type: 'text', declared: 'varchar' },
  { name: 'Where', type: 'text', declared: 'varchar' },
  { name: 'IUCR', type: 'text', declared: 'varchar' },
  { name: 'Updated On', type: 'timestamp', declared: 'datetime' },
  { name: 'Location', type: 'text', declared: 'varchar' },
  { name: 'Note', type: 'text', declared: 'varchar' },
]
const matching = bindColumns(source, found, { Where: 'block' })

function of(lineage: TableLineage, column: string): string[] {
  const { inputs, expression } = lineage.columns.find((one) => one.name === column)!
  return [
    ...inputs.map((input) => `${input.table}.${input.column} ${input.kind}`),
    ...(expression === undefined ? [] : [expression]),
  ]
}

function namesOf(table: string): string[] {
  return tableSpecs(pipeline)
    .find((spec) => spec.name === table)!
    .schema.fields.map((field) => field.name)
}

describe('The raw table', () => {
  const lineage = rawLineage(source, matching.columns)
  it('has the lineage of each of its columns, in their order', () => {
    assert.deepEqual(
      lineage.columns.map((column) => column.name),
      namesOf(rawName),
    )
  })
  it('comes from the columns that were found, by whatever name they serve', () => {
    assert.deepEqual(of(lineage, 'id'), ['source.ID IDENTITY'])
    assert.deepEqual(of(lineage, 'case_number'), ['source.Case Number IDENTITY'])
    assert.deepEqual(of(lineage, 'block'), ['source.Where IDENTITY'])
    assert.deepEqual(of(lineage, 'updated_on'), ['source.Updated On IDENTITY'])
  })
  it('says where a value is read from text or repaired, and where there is none', () => {
    assert.deepEqual(of(lineage, 'date'), ['source.Date TRANSFORMATION', 'text read as timestamp'])
    assert.deepEqual(of(lineage, 'iucr'), ['source.IUCR TRANSFORMATION', 'leading zeros put back'])
    assert.deepEqual(of(lineage, 'location'), ['source.Location TRANSFORMATION', 'written as (latitude, longitude)'])
    assert.deepEqual(of(lineage, 'ward'), ['NULL'])
    assert.deepEqual(of(lineage, 'batch_at'), ['$batch_at'])
  })
  it('has its rows decided by the key, the cursor and the texts that had to be read', () => {
    const deciding = lineage.rows.map((flow) => `${flow.column} ${flow.kind}`)
    assert.deepEqual(deciding, ['ID FILTER', 'Updated On FILTER', 'Date FILTER', 'ID SORT'])
  })
})

describe('Quarantine', () => {
  const lineage = quarantineLineage(source, matching.columns, matching.extra)
  it('has the lineage of each of its columns, in their order', () => {
    assert.deepEqual(
      lineage.columns.map((column) => column.name),
      namesOf('quarantine.crimes'),
    )
  })
  it('keeps what was found as text, what is not declared among it', () => {
    assert.deepEqual(of(lineage, 'key'), ['source.ID TRANSFORMATION', 'the value as text'])
    assert.deepEqual(of(lineage, 'date'), ['source.Date IDENTITY'])
    assert.deepEqual(of(lineage, 'extra'), ['source.Note TRANSFORMATION', 'columns that are not declared, as JSON'])
    assert.deepEqual(of(lineage, 'rule'), [
      'source.ID CONDITIONAL',
      'source.Updated On CONDITIONAL',
      'source.Date CONDITIONAL',
    ])
  })
})

describe('History', () => {
  it('compares the raw table with itself', () => {
    const lineage = changesLineage(source, rawName)
    assert.deepEqual(
      lineage.columns.map((column) => column.name),
      namesOf('history.changes'),
    )
    assert.deepEqual(of(lineage, 'id'), ['raw.crimes.id IDENTITY'])
    assert.equal(lineage.columns.find((column) => column.name === 'before')!.inputs.length, source.columns.length)
    assert.deepEqual(lineage.rows[0], { table: rawName, column: 'id', kind: 'JOIN' })
  })
  it('counts changes by the columns that their kinds look at', () => {
    const lineage = batchesLineage(source, raw, rawName, namesOf('history.batches'))
    assert.deepEqual(of(lineage, 'changes_arrested'), ['raw.crimes.arrest AGGREGATION'])
    assert.deepEqual(of(lineage, 'changes_restamped'), ['raw.crimes.updated_on AGGREGATION'])
    assert.deepEqual(of(lineage, 'newest_incident'), ['raw.crimes.date AGGREGATION'])
    assert.ok(of(lineage, 'changes_amended').includes('raw.crimes.location_description AGGREGATION'))
    assert.ok(!of(lineage, 'changes_amended').includes('raw.crimes.block AGGREGATION'))
    assert.deepEqual(of(lineage, 'rows_read'), ['counted by the run'])
    assert.deepEqual(of(lineage, 'code_version'), ['$code_version'])
  })
})
