import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { BATCH_AT, DEFINITION, openBench, RAW } from './bench.ts'

const bench = await openBench()
const COLUMNS = ['id', 'at', 'note', 'seen']
const [OLD, LATE] = ['2024-01-01 00:00:00', '2024-02-01 00:00:00']

test('good rows have the declared columns, their types and the order of their keys', async () => {
  const part = await bench.stage(
    ['Note', 'ID', 'At', 'Code'],
    [
      ['b', '2', '1/2/2024 3:04', '48'],
      ['a', '1', '1/3/2024 3:04', ''],
    ],
  )
  const checked = await bench.check([part])
  const rest = { open: null, ward: null, lat: null, seen: null }
  assert.deepEqual(checked.goodRows, [
    { id: 1n, at: '2024-01-03 03:04:00', code: null, ...rest, note: 'a' },
    { id: 2n, at: '2024-01-02 03:04:00', code: '0048', ...rest, note: 'b' },
  ])
  assert.deepEqual(
    Object.keys(checked.goodRows[0]!),
    DEFINITION.columns.map((column) => column.name),
  )
  assert.deepEqual([checked.read, checked.good.rows, checked.quarantine.rows, checked.collapsed], [2, 2, 0, 0])
  assert.deepEqual(checked.repairs, { empty_text: 1, zeros_restored: 1 })
  assert.deepEqual(checked.warnings, { missing_column: 4 })
  assert.deepEqual(checked.columns, { missing: ['open', 'ward', 'lat', 'seen'], unknown: [] })
})

test('what is in quarantine is counted by rule, and its repairs are not counted', async () => {
  const part = await bench.stage(
    ['id', 'at', 'ward'],
    [
      ['1.0', OLD, '5.0'],
      ['2.0', '0000-00-00', '5.0'],
      ['', OLD, '5.0'],
      ['3', OLD, 'five'],
    ],
  )
  const cut = await bench.stage(['id', '_line'], [['9', '9,']], 'few_fields')
  const checked = await bench.check([part, cut])
  assert.deepEqual(checked.quarantine.byRule, { bad_date: 1, bad_type: 1, few_fields: 1, key_missing: 1 })
  assert.deepEqual([checked.read, checked.good.rows, checked.quarantine.rows], [5, 1, 4])
  assert.deepEqual(checked.repairs, { decimal_dropped: 2 })
  assert.deepEqual(checked.keys, [2n, 3n, 9n])
})

test('exact repeats collapse, in whatever words, and older versions of a key give way', async () => {
  const first = await bench.stage(COLUMNS, [
    ['2', OLD, 'x', LATE],
    ['1', OLD, 'a', LATE],
    ['1.0', OLD, 'a', `${LATE}.000`],
  ])
  const second = await bench.stage(COLUMNS, [
    ['2', OLD, 'older', OLD],
    ['3', OLD, 'undated', ''],
    ['3', OLD, 'dated', OLD],
  ])
  const checked = await bench.check([first, second])
  assert.deepEqual(
    checked.goodRows.map((row) => [row['id'], row['note']]),
    [
      [1n, 'a'],
      [2n, 'x'],
      [3n, 'dated'],
    ],
  )
  assert.deepEqual([checked.read, checked.good.rows, checked.quarantine.rows, checked.collapsed], [6, 3, 0, 3])
})

test('contents that contradict each other under one key and cursor are all quarantined', async () => {
  const part = await bench.stage(COLUMNS, [
    ['1', OLD, 'a', LATE],
    ['1', OLD, 'b', LATE],
    ['1', OLD, 'b', LATE],
    ['1', OLD, 'older', OLD],
    ['2', OLD, 'fine', LATE],
  ])
  const checked = await bench.check([part])
  assert.deepEqual(
    checked.goodRows.map((row) => row['id']),
    [2n],
  )
  assert.deepEqual(
    checked.quarantineRows.map((row) => [row['rule'], row['key'], row['note']]),
    [
      ['duplicate_key', '1', 'a'],
      ['duplicate_key', '1', 'b'],
    ],
  )
  assert.deepEqual([checked.collapsed, checked.keys], [2, [1n]])
})

test('a bad row is no version of its key', async () => {
  const part = await bench.stage(COLUMNS, [
    ['1', OLD, 'good', OLD],
    ['1', '2024-02-30', 'bad', LATE],
  ])
  const checked = await bench.check([part])
  assert.deepEqual(
    checked.goodRows.map((row) => row['note']),
    ['good'],
  )
  assert.deepEqual([checked.quarantine.byRule, checked.collapsed, checked.keys], [{ bad_date: 1 }, 0, [1n]])
})

test('without a cursor, repeats still collapse and different contents contradict each other', async () => {
  const part = await bench.stage(
    ['id', 'at', 'note'],
    [
      ['1', OLD, 'a'],
      ['1', OLD, 'a'],
      ['2', OLD, 'a'],
      ['2', OLD, 'b'],
    ],
  )
  const checked = await bench.check([part])
  assert.deepEqual([checked.good.rows, checked.quarantine.byRule, checked.collapsed], [1, { duplicate_key: 2 }, 1])
})

test('a source without rows or without files gives empty tables', async () => {
  for (const parts of [[], [await bench.stage(COLUMNS, [])], [{ files: [], columns: [], rows: 0, rule: 'few_fields' }]]) {
    const checked = await bench.check(parts)
    assert.deepEqual([checked.read, checked.goodRows, checked.quarantineRows, checked.keys], [0, [], [], []])
  }
})

test('rows are warned about by the clock on the wall of the source', async () => {
  const part = await bench.stage(
    ['id', 'at', 'lat'],
    [
      ['1', '2026-11-23 00:00:01', '51'],
      ['2', '2026-11-22 23:59:59', '41'],
    ],
  )
  const { warnings } = await bench.check([part], { batchAt: BATCH_AT })
  assert.deepEqual(warnings, { far: 1, future: 1, missing_column: 5 })
})

test('a part that has another number of rows than it says is refused', async () => {
  const part = await bench.stage(COLUMNS, [['1', OLD, 'a', LATE]])
  await assert.rejects(bench.check([{ ...part, rows: 2 }]), { name: 'BlotterError', code: 'rows_disagree' })
})

test('quarantined rows pass once they are mended, as if they had always been right', async () => {
  const natives = await bench.stage(
    ['id:long', 'at:timestamp', 'open:boolean', 'lat:double', 'ward:long'],
    [[1, '2024-03-10 02:30:00.5', true, 41.836785, 3000000000]],
  )
  const [row] = (await bench.check([natives])).quarantineRows
  const names = DEFINITION.columns.map(({ name }) => name)
  const again = await bench.stage(names, [names.map((name) => (name === 'ward' ? '3' : row![name]))])
  const { goodRows } = await bench.check([again])
  assert.deepEqual(goodRows, [
    { id: 1n, at: '2024-03-10 02:30:00.5', code: null, open: true, ward: 3, lat: 41.836785, note: null, seen: null },
  ])
})

interface Incident {
  id: string
  at: string
  note: string
  seen: string
}

function ruleOf({ id, at, seen }: Incident): string | undefined {
  if (id === '') return 'key_missing'
  if (id === 'x') return 'bad_type'
  return at === '2024-02-30' || seen === '2024-02-30' ? 'bad_date' : undefined
}

/** The rules said again, a row at a time. */
function judged(rows: readonly Incident[]): { good: string[]; quarantined: string[]; collapsed: number } {
  const quarantined: string[] = []
  const sound = new Map<string, Incident[]>()
  for (const row of rows) {
    const rule = ruleOf(row)
    if (rule) quarantined.push(`${rule} ${row.note}`)
    else sound.set(row.id, [...(sound.get(row.id) ?? []), row])
  }
  const good: string[] = []
  for (const [id, versions] of sound) {
    const newest = versions
      .map((row) => row.seen)
      .sort()
      .at(-1)
    const contents = new Set(versions.filter((row) => row.seen === newest).map((row) => `${row.at} ${row.note}`))
    if (contents.size === 1) good.push(`${id} ${[...contents][0]}`)
    else for (const content of contents) quarantined.push(`duplicate_key ${content.split(' ')[1]}`)
  }
  return { good: good.sort(), quarantined: quarantined.sort(), collapsed: rows.length - good.length - quarantined.length }
}

test('no row is lost, whatever rows there are and in whatever parts', async () => {
  const incident: fc.Arbitrary<Incident> = fc.record({
    id: fc.constantFrom('1', '2', '3', '4', '', 'x'),
    at: fc.constantFrom('2024-01-01', '2024-01-02', '2024-02-30'),
    note: fc.constantFrom('a', 'b', 'c'),
    seen: fc.constantFrom('', '2024-01-01', '2024-01-02', '2024-02-30'),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(incident, { maxLength: 8 }), { maxLength: 3 }), async (groups) => {
      const staged = groups.map((rows) =>
        bench.stage(
          COLUMNS,
          rows.map((row) => [row.id, row.at, row.note, row.seen]),
        ),
      )
      const checked = await bench.check(await Promise.all(staged), { raw: { ...RAW, warnings: {} } })
      const expected = judged(groups.flat())
      const good = checked.goodRows.map((row) => `${row['id']} ${String(row['at']).slice(0, 10)} ${row['note']}`)
      assert.deepEqual(good, expected.good)
      assert.deepEqual(checked.quarantineRows.map((row) => `${row['rule']} ${row['note']}`).sort(), expected.quarantined)
      assert.equal(checked.collapsed, expected.collapsed)
      assert.equal(checked.read, checked.good.rows + checked.quarantine.rows + checked.collapsed)
    }),
    { numRuns: 40 },
  )
})
