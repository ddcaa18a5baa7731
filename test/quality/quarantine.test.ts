import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StagedPart } from '../../src/source/source.ts'
import { bindColumns } from '../../src/quality/columns.ts'
import { quarantinedKeys, quarantineRows } from '../../src/quality/quarantine.ts'
import { DEFINITION, openBench } from './bench.ts'

const bench = await openBench()
const bound = (part: StagedPart) => ({ part, matching: bindColumns(DEFINITION, part.columns, {}), emptyIsNull: true })

test('bad rows of all parts are kept as text, good ones are not', async () => {
  const good = ['1', '2024-01-01', '5', 'x']
  const texts = await bench.stage(['ID', 'At', 'Ward', 'Other'], [good, ['2', '2024-00-15', '5.0', 'y']])
  const cut = await bench.stage(['ID', 'At', '_line'], [['3', null, '3,']], 'few_fields')
  const rows = await bench.engine.rows(quarantineRows(DEFINITION, [bound(texts), bound(cut)], undefined))
  const nothing = { code: null, open: null, lat: null, note: null, seen: null }
  assert.deepEqual(rows, [
    { rule: 'bad_date', key: '2', id: '2', at: '2024-00-15', ward: '5.0', ...nothing, extra: '{"Other":"y"}' },
    { rule: 'few_fields', key: '3', id: '3', at: null, ward: null, ...nothing, extra: '{"_line":"3,"}' },
  ])
  assert.deepEqual(Object.keys(rows[0]!), ['rule', 'key', ...DEFINITION.columns.map((column) => column.name), 'extra'])
})

test('contents that contradict each other are kept once each', async () => {
  const rows = [
    ['7', 'a', '2024-01-01'],
    ['7.0', 'a', '2024-01-01'],
    ['7', 'b', '2024-01-01'],
  ]
  const part = await bench.stage(['id', 'note', 'seen'], rows)
  const conflicts = `SELECT 7::BIGINT AS id, TIMESTAMP '2024-01-01' AS seen FROM range(2)`
  const sql = quarantineRows(DEFINITION, [bound(part)], conflicts)
  const kept = await bench.engine.rows(`SELECT * FROM (${sql}) ORDER BY note`)
  assert.deepEqual(
    kept.map((row) => [row['rule'], row['note']]),
    [
      ['duplicate_key', 'a'],
      ['duplicate_key', 'b'],
    ],
  )
})

test('nothing bad is a table without rows', async () => {
  assert.deepEqual(await bench.engine.rows(quarantineRows(DEFINITION, [], undefined)), [])
})

test('keys of quarantined rows are read where they can be, each once', async () => {
  const sql = quarantinedKeys(DEFINITION, `(VALUES ('7'), ('7.0'), ('x'), (NULL), ('')) t(key)`)
  assert.deepEqual(await bench.engine.rows(sql), [{ id: 7n }])
})
