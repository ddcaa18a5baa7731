import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { text } from 'node:stream/consumers'
import fc from 'fast-check'
import type { DashboardDesk } from '../../src/dashboard/dashboards.ts'
import { describeDashboard } from '../../src/dashboard/definition/describe.ts'
import { exportChart } from '../../src/dashboard/export.ts'
import { filterSql } from '../../src/dashboard/count/filter-sql.ts'
import type { Filters } from '../../src/dashboard/count/filters.ts'
import { startCounters } from '../../src/dashboard/count/counters.ts'
import { askIncidents } from '../../src/dashboard/incidents.ts'
import { keyedSql } from '../../src/dashboard/memory/keyed.ts'
import type { DashboardLake } from '../../src/dashboard/lake.ts'
import { load } from '../../src/dashboard/memory/loaded.ts'
import { askMaturity } from '../../src/dashboard/maturity.ts'
import type { BlotterError } from '../../src/errors.ts'
import { openSmallCity, type SmallIncident, smallColumns, smallDefinition } from './small-city.ts'

const BATCH = '2025-03-01T06:00:00Z'
const counters = startCounters(2)
after(() => counters.close())

async function dashboardsOf(
  incidents: readonly SmallIncident[],
  more: Partial<DashboardLake> = {},
): Promise<DashboardDesk & AsyncDisposable> {
  const lake = {
    incidents: smallColumns,
    timezone: 'America/Chicago',
    resolve: async () => BATCH,
    before: async () => undefined,
    open: () => openSmallCity(incidents),
    ...more,
  } as Partial<DashboardLake> as DashboardLake
  const setup = { definition: smallDefinition, lake, counters, batchAt: BATCH, limitBytes: 2 ** 28, now: () => new Date(0) }
  const loaded = await load(setup)
  const opened = { loaded, refresh: { state: 'fresh' as const, since: new Date(0) }, isLatest: true }
  return {
    lake,
    counters,
    shapes: async () => [],
    open: async () => opened,
    async [Symbol.asyncDispose]() {
      loaded.release()
    },
  }
}

const moment = fc
  .integer({ min: 0, max: 40 * 24 * 30 })
  .map((n) => new Date(Date.UTC(2025, 0, 1) + n * 120_000).toISOString().slice(0, 19).replace('T', ' '))
const row = fc.record({
  moment,
  kind: fc.constantFrom('THEFT', "O'Brien", null),
  area: fc.constantFrom(1, 2, null),
  night: fc.constantFrom(true, false, null),
  lat: fc.constantFrom(41.9, 41.95, null),
})
const rows = fc
  .array(row, { minLength: 1, maxLength: 50 })
  .map((list) =>
    list.map((one, i): SmallIncident => ({ ...one, id: i * 3 - 20, lon: one.lat === null ? null : -87.6, solved: false })),
  )
const filters = fc.record({
  keys: fc.record(
    {
      kind: fc.subarray(['THEFT', "O'Brien", 'unknown', 'none']),
      area: fc.subarray(['1', 'unknown']),
      hours: fc.subarray(['3-0', '4-5', '5-12', '6-1']),
      night: fc.subarray(['true', 'unknown']),
      place: fc.subarray(['0:0', 'unknown', "'; --"]),
    },
    { requiredKeys: [] },
  ),
  from: fc.constantFrom(undefined, '2025-01-05'),
  to: fc.constantFrom(undefined, '2025-01-20', '2025-01'),
})

test(
  'pages are those of all incidents that SQL finds, in the same order, however they are cut',
  { timeout: 120_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(
        rows,
        filters,
        fc.boolean(),
        fc.integer({ min: 1, max: 7 }),
        fc.constantFrom('date', 'moment', 'kind', 'id'),
        async (incidents, wanted, isDown, limit, column) => {
          await using boards = await dashboardsOf(incidents)
          await using engine = await openSmallCity(incidents)
          const order = isDown ? 'DESC' : 'ASC'
          const isTime = column === 'date' || column === 'moment'
          const orders = isTime ? `moment ${order}, id ${order}` : `${column} ${order} NULLS LAST, moment DESC, id DESC`
          const expected = await engine.rows(`SELECT id FROM (${keyedSql(smallDefinition, smallColumns)})
        WHERE ${filterSql(smallDefinition, smallColumns, wanted as Filters)} ORDER BY ${orders}`)
          const found: unknown[] = []
          for (let offset = 0; ; offset += limit) {
            const wish = {
              at: 'latest',
              filters: wanted as Filters,
              offset,
              limit,
              sort: `${isDown ? '-' : ''}${column}`,
            }
            const page = await askIncidents(boards, 'small', wish)
            assert.equal(page.total, expected.length)
            assert.equal(page.rows.length, Math.min(limit, Math.max(0, expected.length - offset)))
            if (page.rows.length === 0) break
            found.push(...page.rows.map(({ id }) => id))
          }
          assert.deepEqual(
            found,
            expected.map(({ id }) => Number(id)),
          )
        },
      ),
      { numRuns: 20 },
    )
  },
)

test('a list is sorted by what it shows and by nothing else', async () => {
  const one: SmallIncident = {
    id: 1,
    moment: '2025-01-01 00:00:00',
    kind: 'THEFT',
    area: 1,
    night: true,
    lat: null,
    lon: null,
    solved: false,
  }
  await using boards = await dashboardsOf([one])
  for (const sort of ['area', '-solved', 'blotter state', 'kind; --', '-', '--kind'])
    await assert.rejects(
      askIncidents(boards, 'small', { at: 'latest', filters: { keys: {} }, offset: 0, limit: 1, sort }),
      (error: BlotterError) => error.code === 'usage' && /id, moment, kind/.test(error.todo),
      sort,
    )
})

test('files hold what the filters let pass, newest first, and are read to their end', async () => {
  const list = Array.from({ length: 30 }, (_, id): SmallIncident => ({
    id,
    moment: `2025-01-${String(id + 1).padStart(2, '0')} 12:00:00`,
    kind: id % 2 === 0 ? '=SUM(A1)' : 'THEFT',
    area: 1,
    night: null,
    lat: null,
    lon: null,
    solved: false,
  }))
  await using boards = await dashboardsOf(list)
  const wish = { at: 'latest', filters: { keys: { kind: ['=SUM(A1)'] } }, compare: 'none', format: 'csv' } as const
  const incidents = await exportChart(boards, 'small', { ...wish, chart: 'incidents' })
  assert.equal(incidents.fileName, 'small-incidents-2025-03-01T060000Z.csv')
  const lines = (await text(incidents.body)).trim().split('\r\n')
  assert.deepEqual([lines.length, lines[0], lines[1]], [16, 'id,moment,kind', "28,2025-01-29 12:00:00,'=SUM(A1)"])
  const chart = await exportChart(boards, 'small', { ...wish, chart: 'kinds' })
  assert.deepEqual((await text(chart.body)).trim().split('\r\n').slice(1), [
    `'=SUM(A1),'=SUM(A1),15,15,1`,
    'THEFT,THEFT,15,15,1',
  ])
  await assert.rejects(exportChart(boards, 'small', { ...wish, chart: 'no such' }), { code: 'usage' })
})

test('a dashboard says what there is to choose from, with the middle of each hexagon once', async () => {
  await using boards = await dashboardsOf([
    { id: 1, moment: '2025-01-01 00:00:00', kind: 'THEFT', area: 1, night: true, lat: 41.9, lon: -87.6, solved: false },
  ])
  const told = describeDashboard('small', await boards.open('small', 'latest'), 'America/Chicago')
  assert.deepEqual(
    told.dimensions.map((one) => ('values' in one ? one.values : null)),
    [
      [{ key: 'THEFT', label: 'THEFT' }],
      null,
      null,
      [{ key: '1', label: 'First' }],
      [
        { key: 'true', label: 'true' },
        { key: 'false', label: 'false' },
      ],
      [{ key: '0:0', lat: 41.9, lon: -87.6 }],
    ],
  )
  assert.deepEqual([told.first_date, told.data_through, told.rows], ['2025-01-01', '2025-01-01', 1])
})

test('maturity goes by what was known when the days were over', async () => {
  const at = '2025-01-10 12:00:00'
  const one: SmallIncident = { id: 1, moment: at, kind: 'THEFT', area: 1, night: null, lat: null, lon: null, solved: true }
  // As of now all are solved: 1 since before its days were over, 2 since after, 3 was not even there.
  const list = [one, { ...one, id: 2 }, { ...one, id: 3 }, { ...one, id: 4, moment: '2025-02-20 12:00:00' }]
  await using boards = await dashboardsOf(list, {
    openLedger: async () => ({
      engine: await openSmallCity(list),
      firstBatch: '2025-01-20T06:00:00Z',
      sql: {
        // The small city has one table: what `seenBefore` did to it is undone.
        now: 'UPDATE city.incidents SET solved = true',
        seenBefore: `ALTER TABLE city.incidents ADD COLUMN batch_at TIMESTAMPTZ;
          UPDATE city.incidents SET solved = CASE id WHEN 2 THEN false ELSE NULL END,
            batch_at = CASE id WHEN 1 THEN TIMESTAMPTZ '2025-01-25 06:00:00+00' ELSE TIMESTAMPTZ '2025-02-15 06:00:00+00' END`,
      },
    }),
  })
  const told = JSON.parse(await askMaturity(boards, 'small', { at: 'latest', filters: { keys: {} } })) as { months: unknown }
  assert.deepEqual(told.months, [
    { month: '2025-01', figures: [{ days: 30, base: 3, value: 1, share: null, is_partial: false }] },
  ])
})
