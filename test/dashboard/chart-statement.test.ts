import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { chartStatement } from '../../src/dashboard/chart-statement.ts'
import { dashboardFigures } from '../../src/dashboard/figures.ts'
import { readOnlyStatement } from '../../src/query/statement.ts'
import { counters, type Loaded, loaded } from './loaded-city.ts'
import { openSmallCity, smallColumns, smallDefinition } from './small-city.ts'
import { city, type Question, question } from './small-questions.ts'

const told = { definition: smallDefinition, incidents: smallColumns, references: {} }

async function agrees({ engine, memory, held }: Loaded, filters: Question): Promise<void> {
  const asked = { filters, compare: 'none' }
  const { charts } = await dashboardFigures({
    counters,
    definition: smallDefinition,
    memory,
    held,
    asked,
    since: undefined,
  })
  for (const [id, { marks }] of Object.entries(charts)) {
    const sql = chartStatement(told, id, filters)
    const rows = await engine.rows(sql)
    const found = rows.map(({ key, value, base, share }) => [String(key), Number(value), Number(base), share])
    const expected = marks.filter(({ base }) => base > 0).map(({ key, value, base, share }) => [key, value, base, share])
    assert.deepEqual(found.sort(), expected.sort(), `${id} under ${JSON.stringify(filters)}:\n${sql}`)
  }
}

test('the statement of each chart gives its figures, whatever the filters', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(city, fc.array(question, { minLength: 2, maxLength: 4 }), async (incidents, questions) => {
      await using small = await loaded(incidents)
      for (const one of questions) await agrees(small, one)
    }),
    { numRuns: 8 },
  )
})

test('a statement brings constant tables along, and is one that queries may run', async () => {
  const incidents = `select i.*, coalesce(n.name, i.kind) as named -- not reference.names
    from city.incidents i left join reference.names n on n.kind = i.kind where 'reference.names' <> i.kind`
  const category = { kind: 'category', label: 'Named', sql: 'named', labels: {} } as const
  const definition = { ...smallDefinition, incidents, dimensions: { ...smallDefinition.dimensions, kind: category } }
  const references = { 'reference.names': [{ kind: 'THEFT', name: "a thief's" }] }
  const sql = chartStatement({ ...told, definition, references }, 'kinds', { keys: { kind: ['THEFT'], place: ['0:0'] } })
  const place = { moment: '2024-03-10 02:30:00', area: 1, night: null, lat: 41.9, lon: -87.6, solved: false }
  await using engine = await openSmallCity([
    { ...place, id: 1, kind: 'THEFT' },
    { ...place, id: 2, kind: 'ARSON' },
    { ...place, id: 3, kind: 'ARSON', lat: 42.5 },
  ])
  await readOnlyStatement(sql, (text) => engine.rows(text))
  const rows = await engine.rows(sql)
  assert.deepEqual(rows.map(({ key, base }) => [key, Number(base)]).sort(), [
    ['ARSON', 1],
    ["a thief's", 1],
  ])
})

test('incidents have a statement that lists them, and what is no chart has none', async () => {
  const sql = chartStatement(told, 'list', { keys: { kind: ['THEFT'] }, from: '2024-03' })
  assert.match(sql, /^-- List\nwith incidents as \(\n {2}SELECT \* FROM city.incidents\n\)\nselect\n {2}"id",\n {2}"moment"/)
  assert.match(
    sql,
    /where coalesce\(\(kind\)::VARCHAR, 'unknown'\) in \('THEFT'\)\n {2}and "moment"::date >= date '2024-03-01'/,
  )
  for (const id of ['nothing', 'constructor'])
    assert.throws(() => chartStatement(told, id, { keys: {} }), { code: 'usage', message: /has no SQL/ })
  assert.throws(() => chartStatement(told, 'kinds', { keys: { bogus: ['1'] } }), { code: 'usage', message: /no dimension/ })
})
