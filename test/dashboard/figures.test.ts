import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Held } from '../../src/dashboard/count/count.ts'
import { dashboardFigures, type DashboardFigures, type Since } from '../../src/dashboard/figures.ts'
import { hexagonKey, hexagonNumberSql, hexagonStepsSql } from '../../src/dashboard/memory/hexagon.ts'
import { loadLike } from '../../src/dashboard/memory/load.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { literal } from '../../src/model/sql-text.ts'
import { counters, type Loaded, loaded, loading } from './loaded-city.ts'
import { openSmallCity, type SmallIncident, smallDefinition } from './small-city.ts'
import { city, incident, type Question, question } from './small-questions.ts'

async function figures(
  { memory, held }: Loaded,
  { compare = 'none', ...filters }: Question,
  since?: Since,
): Promise<DashboardFigures> {
  return dashboardFigures({ counters, definition: smallDefinition, memory, held, asked: { filters, compare }, since })
}

const steps = hexagonStepsSql({ origin: [41.9, -87.6], sizeM: 2000 }, 'lat', 'lon')

/** What a dimension's key is, said by SQL of the test's own; only the grid's is the product's, which has a test of its own. */
const KEY: Record<string, string> = {
  kind: "coalesce(kind, 'unknown')",
  month: "strftime(moment, '%Y-%m')",
  hours: "((date_part('dow', moment) + 6) % 7 + 1)::VARCHAR || '-' || date_part('hour', moment)::VARCHAR",
  area: "coalesce(area::VARCHAR, 'unknown')",
  night: "coalesce(night::VARCHAR, 'unknown')",
  place: `coalesce(${hexagonNumberSql(steps.x, steps.y)}::VARCHAR, 'unknown')`,
}
const CHARTS: Record<string, string> = {
  kinds: 'kind',
  months: 'month',
  hours: 'hours',
  areas: 'area',
  nights: 'night',
  places: 'place',
}

async function bySql(
  engine: Engine,
  dimension: string,
  { keys, from, to }: Question,
): Promise<Map<string, [number, number]>> {
  const where = Object.entries(keys)
    .filter(([name, wanted]) => name !== dimension && wanted.length > 0)
    .map(([name, wanted]) => `${KEY[name]} IN (${wanted.map(literal).join(', ')})`)
  if (dimension !== 'month' && from !== undefined) where.push(`moment >= ${literal(from)}::TIMESTAMP`)
  if (dimension !== 'month' && to !== undefined) where.push(`moment < ${literal(to)}::TIMESTAMP + INTERVAL 1 DAY`)
  const rows =
    await engine.rows(`SELECT ${KEY[dimension]} AS key, count(*) AS n, count(*) FILTER (WHERE solved = false) AS open
    FROM city.incidents WHERE ${['true', ...where].join(' AND ')} GROUP BY 1`)
  const told = (key: string): string => (dimension === 'place' && key !== 'unknown' ? hexagonKey(Number(key)) : key)
  return new Map(rows.map((row) => [told(String(row['key'])), [Number(row['open']), Number(row['n'])]]))
}

async function agrees(city: Loaded, question: Question): Promise<void> {
  const told = await figures(city, question)
  for (const [id, dimension] of Object.entries(CHARTS)) {
    const expected = await bySql(city.engine, dimension, question)
    const found = told.charts[id]!.marks.filter(({ base }) => base > 0)
    assert.deepEqual(
      Object.fromEntries(found.map(({ key, value, base }) => [key, [value, base]])),
      Object.fromEntries(expected),
      `${id} under ${JSON.stringify(question)}`,
    )
  }
}

test(
  'each figure equals the one that SQL counts in the raw incidents, whatever the filters',
  { timeout: 120_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(city, fc.array(question, { minLength: 4, maxLength: 8 }), async (incidents, questions) => {
        await using small = await loaded(incidents)
        for (const one of questions) await agrees(small, one)
      }),
      { numRuns: 25 },
    )
  },
)

test('what differs between two batches is counted from the changed incidents alone', { timeout: 120_000 }, async () => {
  const edit = fc.record({ index: fc.nat(59), becomes: fc.option(incident, { freq: 3 }) })
  await fc.assert(
    fc.asyncProperty(city, fc.array(edit, { maxLength: 12 }), question, async (before, edits, asked) => {
      const changed = new Map(edits.flatMap(({ index, becomes }) => (before[index] ? [[before[index].id, becomes]] : [])))
      const after = before.flatMap((row): SmallIncident[] => {
        const becomes = changed.get(row.id)
        if (becomes === undefined) return [row]
        if (becomes === null) return []
        const { place, ...rest } = becomes
        return [{ ...rest, id: row.id, lat: place?.lat ?? null, lon: place?.lon ?? null }]
      })
      fc.pre(after.length > 0)
      await using old = await loaded(before)
      await using now = await loaded(after)
      const sides = await Promise.all(
        [before, after].map(async (rows): Promise<Held> => {
          await using engine = await openSmallCity(rows.filter(({ id }) => changed.has(id)))
          const { columns, calendar } = await loadLike(engine, loading, now.memory)
          return { id: counters.hold(columns), columns, calendar, aggregates: undefined }
        }),
      )
      const since = { batchAt: '2026-01-01T06:00:00Z', byMark: true, before: sides[0]!, after: sides[1]! }
      const told = await figures(now, asked, since)
      const then = await figures(old, asked)
      // Days outside of what there is now are put to its edges: only whole questions can be compared by month.
      for (const [id] of Object.entries(CHARTS).filter(([chart]) => chart !== 'months'))
        for (const mark of told.charts[id]!.marks) {
          const was = then.charts[id]!.marks.find(({ key }) => key === mark.key)?.value ?? 0
          if (asked.from === undefined) assert.equal(mark.since_batch, mark.value - was, `${id} ${mark.key}`)
        }
      if (asked.from === undefined) assert.equal(told.cards.change?.value, told.cards.value - then.cards.value)
    }),
    { numRuns: 15 },
  )
})

const plain: SmallIncident = {
  id: 1,
  moment: '2024-03-10 02:30:00',
  kind: 'THEFT',
  area: 1,
  night: false,
  lat: 41.9,
  lon: -87.6,
  solved: false,
}
const many = (n: number, of: Partial<SmallIncident>, from: number): SmallIncident[] =>
  Array.from({ length: n }, (_, i) => ({ ...plain, id: from + i, ...of }))

test('less than ten incidents make no share, and unknown ones count in the base alone', async () => {
  await using small = await loaded([
    ...many(8, {}, 0),
    ...many(1, { solved: null }, 100),
    ...many(20, { kind: 'ARSON', solved: true }, 200),
  ])
  const { cards, charts } = await figures(small, { keys: {} })
  assert.deepEqual([cards.value, cards.base, cards.unknown, cards.share], [8, 29, 1, 0.2759])
  assert.deepEqual(
    charts['kinds']!.marks.map(({ key, value, base, share }) => [key, value, base, share]),
    [
      ['THEFT', 8, 9, null],
      ['ARSON', 0, 20, 0],
    ],
  )
})

test('a month that is not over is told, and is compared with none', async () => {
  await using small = await loaded([
    ...many(1, { moment: '2024-03-01 00:00:00' }, 0),
    ...many(3, { moment: '2024-03-31 23:59:59' }, 10),
    ...many(100, { moment: '2025-03-01 00:00:00' }, 100),
    ...many(5, { moment: '2025-04-20 12:00:00' }, 300),
  ])
  const { charts, compared_period: compared } = await figures(small, {
    keys: {},
    compare: 'previous_year',
    from: '2025-03-01',
  })
  const { marks, unfinished } = charts['months']!
  assert.equal(unfinished, '2025-04')
  assert.deepEqual(compared, {
    now: { from: '2025-03-01', to: '2025-03-31' },
    earlier: { from: '2024-03-01', to: '2024-03-31' },
  })
  const of = (month: string) => marks.find(({ key }) => key === month)!
  assert.deepEqual(of('2025-03').compared, { now: 100, value: 4, base: 4, z: 16, is_marked: true })
  assert.equal(of('2025-04').compared, undefined)
  assert.deepEqual(charts['kinds']!.marks[0]!.compared, { now: 100, value: 4, base: 4, z: 16, is_marked: true })
})

test('sparks are the last twelve complete months, whatever is selected in their own chart', async () => {
  await using small = await loaded([
    ...many(3, { moment: '2024-06-15 12:00:00' }, 0),
    ...many(2, { moment: '2025-05-15 12:00:00', area: 2 }, 10),
    ...many(9, { moment: '2025-06-15 12:00:00' }, 20),
  ])
  const sparks = async (keys: Record<string, string[]>) => (await figures(small, { keys })).charts['kinds']!.marks[0]!.spark
  assert.deepEqual(await sparks({ kind: ['THEFT'] }), [3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2])
  assert.deepEqual(await sparks({ area: ['2'] }), [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2])
})

test('what is asked wrongly is refused in words, and what no incident has is told', async () => {
  await using small = await loaded([plain])
  await assert.rejects(figures(small, { keys: { bogus: ['1'] } }), { code: 'usage', message: /"bogus" is no dimension/ })
  await assert.rejects(figures(small, { keys: { month: ['2024-03'] } }), { code: 'usage' })
  await assert.rejects(figures(small, { keys: { constructor: ['1'] } }), { code: 'usage' })
  await assert.rejects(figures(small, { keys: {}, from: '2024-02-30' }), { code: 'usage', message: /no day/ })
  await assert.rejects(figures(small, { keys: {}, from: '2024-03', to: '2024-02' }), { code: 'usage' })
  await assert.rejects(figures(small, { keys: {}, compare: 'last_week' }), { code: 'usage', message: /no period/ })
  const { unmatched, cards } = await figures(small, { keys: { kind: [`<script>alert('x')</script>`] } })
  assert.deepEqual([unmatched, cards.base], [[`kind=<script>alert('x')</script>`], 0])
})

test('a city without an incident has a dashboard without a figure', async () => {
  await using small = await loaded([])
  const { cards, charts } = await figures(small, { keys: {} })
  assert.deepEqual([cards.value, cards.base, cards.share, charts['kinds']!.marks], [0, 0, null, []])
})
