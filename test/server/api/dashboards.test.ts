import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { DashboardFigures } from '../../../src/dashboard/figures.ts'
import type { IncidentsPage } from '../../../src/dashboard/incidents.ts'
import type { Maturity } from '../../../src/dashboard/maturity.ts'
import type { Incident } from '../../pipeline/city.ts'
import { assertDocumented, type ServedCity, serveCity, theft } from '../served-city.ts'

const BOARD = '/api/v1/dashboards/crimes-without-arrest'
const FIRST = '2026-02-01T06:00:00Z'
const SECOND = '2026-02-02T06:00:00Z'

const robbery: Incident = {
  ...theft,
  id: 3,
  primary_type: 'ROBBERY',
  date: '2025-12-31 23:30:00',
  location_description: '=cmd|/C calc',
}

/** Two batches: in the second, incident 2 got an arrest, 3 is new, and 1 has become a robbery. */
async function twoBatches(t: TestContext): Promise<ServedCity> {
  const served = await serveCity(t)
  await served.city.publish([theft, { ...theft, id: 2, date: '2025-11-05 08:00:00' }])
  await served.city.run({ at: FIRST })
  const later = { updated_on: '2026-02-01 20:00:00' }
  await served.city.publish([
    { ...theft, ...later, primary_type: 'ROBBERY' },
    { ...theft, ...later, id: 2, date: '2025-11-05 08:00:00', arrest: 'true' },
    { ...robbery, ...later },
  ])
  await served.city.run({ at: SECOND })
  return served
}

test('a dashboard tells what it shows and its figures, as its schema says, of the newest batch or of another', async (t) => {
  const { get } = await twoBatches(t)
  const { dashboards } = await get<{ dashboards: object[] }>('/api/v1/dashboards')
  assert.deepEqual(dashboards, [{ name: 'crimes-without-arrest', title: 'Crimes without arrest' }])
  const board = await get<{ batch_at: string; is_latest: boolean; rows: number; data_through: string }>(BOARD)
  assert.deepEqual([board.batch_at, board.is_latest, board.rows, board.data_through], [SECOND, true, 3, '2025-12-31'])
  const now = await get<DashboardFigures>(`${BOARD}/figures`)
  assert.deepEqual([now.cards.value, now.cards.base, now.cards.change], [2, 3, { since: FIRST, value: 0 }])
  const then = await get<DashboardFigures>(`${BOARD}/figures?at=${FIRST}`)
  assert.deepEqual([then.batch_at, then.cards.value, then.cards.base, then.cards.change], [FIRST, 2, 2, null])
  const compared = await get<DashboardFigures>(`${BOARD}/figures?compare_batch=${FIRST}`)
  assert.deepEqual(
    compared.charts['types']!.marks.map(({ key, value, since_batch }) => [key, value, since_batch]),
    [
      ['ROBBERY', 2, 2],
      ['THEFT', 0, -2],
    ],
  )
})

test('incidents come in pages by their time, under the same filters', async (t) => {
  const { get } = await twoBatches(t)
  const ids = async (query: string) => {
    const { total, rows } = await get<IncidentsPage>(`${BOARD}/incidents?${query}`)
    return [total, ...rows.map((row) => row['id'])]
  }
  assert.deepEqual(await ids(''), [3, 3, 1, 2])
  assert.deepEqual(await ids('sort=date&limit=2'), [3, 2, 1])
  assert.deepEqual(await ids('sort=id'), [3, 1, 2, 3])
  assert.deepEqual(await ids('sort=-id&offset=1&limit=1'), [3, 2])
  assert.deepEqual(await ids('sort=-crime_type'), [3, 2, 3, 1])
  assert.deepEqual(await ids('offset=2'), [3, 2])
  assert.deepEqual(await ids('offset=9'), [3])
  assert.deepEqual(await ids('type=ROBBERY&from=2025-12-02'), [1, 3])
  const { rows } = await get<IncidentsPage>(`${BOARD}/incidents?limit=1`)
  assert.equal(rows[0]!['date'], '2025-12-31T23:30:00')
})

test('maturity counts what batches had seen by then, and marks months of which a part is known', async (t) => {
  const served = await serveCity(t)
  // Thirty days after the incident end between the two batches for 1 and 2, and not for 3.
  const jan = (id: number, arrest: Incident['arrest'], updated: string): Incident => ({
    ...theft,
    id,
    date: id === 3 ? '2026-01-20 12:00:00' : '2026-01-02 12:00:00',
    arrest,
    updated_on: updated,
  })
  await served.city.publish([
    jan(1, 'false', '2026-01-03 00:00:00'),
    jan(2, 'false', '2026-01-03 00:00:00'),
    jan(3, 'false', '2026-01-21 00:00:00'),
  ])
  await served.city.run({ at: '2026-01-25T06:00:00Z' })
  await served.city.publish([
    jan(1, 'true', '2026-01-27 00:00:00'),
    jan(2, 'false', '2026-01-03 00:00:00'),
    jan(3, 'false', '2026-01-21 00:00:00'),
  ])
  await served.city.run({ at: '2026-01-28T06:00:00Z' })
  await served.city.publish([
    jan(1, 'true', '2026-01-27 00:00:00'),
    jan(2, 'true', '2026-02-09 00:00:00'),
    jan(3, 'false', '2026-01-21 00:00:00'),
  ])
  await served.city.run({ at: '2026-02-10T06:00:00Z' })
  const { ledger_from: from, months } = await served.get<Maturity>(`${BOARD}/maturity`)
  assert.equal(from, '2026-01-25T06:00:00Z')
  assert.deepEqual(months, [{ month: '2026-01', figures: [{ days: 30, base: 2, value: 1, share: null, is_partial: true }] }])
})

test('files bear the batch in their name, and what a spreadsheet would run is text', async (t) => {
  const { ask, get } = await twoBatches(t)
  const csv = await ask('GET', `${BOARD}/export?chart=incidents&type=ROBBERY`)
  assert.equal(csv.status, 200)
  assert.match(String(csv.headers['content-disposition']), /"crimes-without-arrest-incidents-2026-02-02T060000Z\.csv"/)
  const lines = csv.text.split('\r\n')
  assert.match(lines[0]!, /^id,date,crime_type,/)
  assert.match(lines[1]!, /^3,2025-12-31 23:30:00,ROBBERY,SIMPLE,'=cmd\|\/C calc,/)
  assert.equal(lines.length, 4)
  const types = await ask('GET', `${BOARD}/export?chart=types`)
  assert.deepEqual(types.text.split('\r\n'), ['key,label,value,base,share', 'ROBBERY,ROBBERY,2,2,', 'THEFT,THEFT,0,1,', ''])
  for (const chart of ['types', 'incidents']) {
    const parquet = await ask('GET', `${BOARD}/export?chart=${chart}&format=parquet`)
    assert.equal(parquet.status, 200, parquet.text)
    assert.equal(parquet.text.slice(0, 4), 'PAR1')
  }
  const unknown = await ask('GET', `${BOARD}/export?chart=nothing`)
  assert.equal(unknown.status, 400)
  await get(BOARD)
})

test('what is asked wrongly is a problem that says so, and nothing is run that somebody sent', async (t) => {
  const { ask } = await twoBatches(t)
  const problem = async (path: string) => {
    const { status, body, headers } = await ask('GET', path)
    assert.match(String(headers['content-type']), /^application\/problem\+json/, path)
    return [status, (body as { code?: string }).code]
  }
  assert.deepEqual(await problem('/api/v1/dashboards/none'), [404, 'dashboard_missing'])
  assert.deepEqual(await problem('/api/v1/dashboards/..%2f..%2fetc'), [404, 'dashboard_missing'])
  for (const path of ['figures', 'incidents', 'maturity', 'export?chart=types', 'sql?chart=types']) {
    const url = (query: string): string => `${BOARD}/${path}${path.includes('?') ? '&' : '?'}${query}`
    assert.deepEqual(await problem(url('bogus=1')), [400, 'usage'])
    assert.deepEqual(await problem(url('from=yesterday')), [400, 'usage'])
    assert.deepEqual(await problem(url('at=2020-01-01')), [404, 'batch_missing'])
    assert.deepEqual(await problem(url('at=nonsense')), [400, 'usage'])
  }
  assert.deepEqual(await problem(`${BOARD}/figures?compare=last_week`), [400, 'usage'])
  assert.deepEqual(await problem(`${BOARD}/figures?at=${FIRST}&compare_batch=${SECOND}`), [400, 'usage'])
  assert.deepEqual(await problem(`${BOARD}/incidents?limit=100000`), [400, 'usage'])
  assert.deepEqual(await problem(`${BOARD}/incidents?sort=-batch_at`), [400, 'usage'])
  const evil = encodeURIComponent(`'; DROP TABLE x; --<script>alert("1")</script>`)
  const none = await ask('GET', `${BOARD}/figures?type=${evil}`)
  assert.equal((none.body as DashboardFigures).cards.base, 0)
  assert.equal((none.body as DashboardFigures).unmatched.length, 1)
  for (const dimension of ['type', 'place', 'hours', 'domestic']) {
    const { status, body } = await ask('GET', `${BOARD}/incidents?${dimension}=${evil}`)
    assert.deepEqual([status, (body as IncidentsPage).total], [200, 0], dimension)
    const file = await ask('GET', `${BOARD}/export?chart=incidents&${dimension}=${evil}`)
    assert.equal(file.text.split('\r\n').length, 2, dimension)
    assert.deepEqual(((await ask('GET', `${BOARD}/maturity?${dimension}=${evil}`)).body as Maturity).months, [])
  }
})

test('the SQL of a chart is what the console runs to the same figures, of the newest batch or of another', async (t) => {
  const { get, city } = await twoBatches(t)
  for (const at of [FIRST, SECOND])
    for (const chart of ['types', 'months', 'hours', 'places', 'domestic', 'locations']) {
      const asked = `at=${at}&chart=${chart}&domestic=unknown&from=2025-12-01`
      const { sql, batch_at: batchAt } = await get<{ sql: string; batch_at: string }>(`${BOARD}/sql?${asked}`)
      const rows = await city.query(sql, batchAt)
      const { marks } = (await get<DashboardFigures>(`${BOARD}/figures?at=${at}&domestic=unknown&from=2025-12-01`)).charts[
        chart
      ]!
      assert.deepEqual(
        rows.map(({ key, value, base }) => [key, Number(value), Number(base)]).sort(),
        marks
          .filter(({ base }) => base > 0)
          .map(({ key, value, base }) => [key, value, base])
          .sort(),
        `${chart} as of ${at}`,
      )
    }
})

test('a refresh is accepted, and done beside', async (t) => {
  const { ask } = await twoBatches(t)
  const answer = await ask('POST', `${BOARD}/refresh`)
  assert.equal(answer.status, 202)
  await assertDocumented(ask, 'POST', `${BOARD}/refresh`, answer)
})

test('without a lake a dashboard says what to do first', async (t) => {
  const { ask } = await serveCity(t)
  const { status, body } = await ask('GET', BOARD)
  assert.deepEqual([status, (body as { code: string }).code], [404, 'lake_missing'])
})
