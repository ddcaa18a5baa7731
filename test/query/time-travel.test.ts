import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { resolveFrom } from '../../src/query/time-travel.ts'
import { type City, type Incident, makeCity, theft } from '../pipeline/city.ts'

const DAYS = ['2026-02-01T06:00:00Z', '2026-02-02T06:00:00Z', '2026-02-03T06:00:00Z'] as const

const incident = (id: number, day: number, more: Partial<Incident> = {}): Incident => ({
  ...theft,
  id,
  updated_on: `2026-01-0${day + 1} 15:40:00`,
  ...more,
})

/** Incidents that nothing happens to: of a few, one that vanishes would be held by its guard. */
const OTHERS = Array.from({ length: 36 }, (_, i) => incident(i + 5, 0))

const VERSIONS: readonly (readonly Incident[])[] = [
  [incident(1, 0), incident(2, 0), incident(3, 0)],
  [incident(1, 1), incident(2, 1, { arrest: 'true' }), incident(4, 1)],
  [incident(1, 2, { primary_type: 'ROBBERY' }), incident(2, 2), incident(3, 2), incident(4, 2)],
]

describe('In SQL,', () => {
  let city: City

  before(async () => {
    city = await makeCity()
    for (const [day, version] of VERSIONS.entries()) {
      await city.publish([...version, ...OTHERS])
      assert.equal((await city.run({ at: DAYS[day]! })).state, 'succeeded')
    }
  })
  after(() => city[Symbol.asyncDispose]())

  it('the raw table as of any batch is at hand, beside others in one statement', async () => {
    const sql = `with was as (from crimes_at('${DAYS[0]}')) select n.id, was.arrest as was, n.arrest as became
      from crimes_at('latest~1') n left join was using (id)
      where n.id not in (select id from raw.crimes where primary_type = 'ROBBERY') and n.id < 5 order by n.id`
    assert.deepEqual(await city.query(sql), [
      { id: 2n, was: false, became: true },
      { id: 4n, was: null, became: false },
    ])
    assert.deepEqual(
      await city.query("select count(*)::int as n from CRIMES_AT('2026-02-03') where id < 5 union all select 0"),
      [{ n: 4 }, { n: 0 }],
    )
  })

  it('changes between two batches are those of the ledger, folded', async () => {
    const changes = (from: string, to: string) => city.query(`select id, kinds from changes('${from}', '${to}') order by id`)
    assert.deepEqual(await changes('latest~1', 'latest'), [
      { id: 1n, kinds: ['reclassified'] },
      { id: 2n, kinds: ['arrest_withdrawn'] },
      { id: 3n, kinds: ['returned'] },
    ])
    assert.deepEqual(await changes('2026-02-01', '2026-02-03'), [
      { id: 1n, kinds: ['reclassified'] },
      { id: 4n, kinds: ['new'] },
    ])
    assert.deepEqual(await changes('latest', 'latest'), [])
    const both = `select (select count(*)::int from changes('latest~2', 'latest~1')) as a, count(*)::int as b
      from changes('latest~1', 'latest') where after.primary_type = 'ROBBERY' and columns = ['primary_type', 'updated_on']`
    assert.deepEqual(await city.query(both), [{ a: 3, b: 1 }])
  })

  it('changes bear the cursors that the two batches have, whatever was only restamped in between', async () => {
    const sql = `select id, before.updated_on as was, after.updated_on as became, columns
      from changes('2026-02-01', '2026-02-03') order by id`
    assert.deepEqual(await city.query(sql), [
      { id: 1n, was: '2026-01-01 15:40:00', became: '2026-01-03 15:40:00', columns: ['primary_type', 'updated_on'] },
      { id: 4n, was: null, became: '2026-01-03 15:40:00', columns: [] },
    ])
  })

  it('REFs count from the batch that the query is of, and a later one can be named', async () => {
    const sql = "select id from changes('latest~1', 'latest') order by id"
    assert.deepEqual(await city.query(sql, 'latest~1'), [{ id: 2n }, { id: 3n }, { id: 4n }])
    const later = "select count(*)::int as n from crimes_at('2026-02-03') where id < 5"
    assert.deepEqual(await city.query(later, DAYS[0]), [{ n: 4 }])
    const batches = DAYS.map((batchAt) => ({ batchAt, snapshots: [] }))
    assert.throws(() => resolveFrom('latest~1', batches, DAYS[0]), { code: 'batch_missing' })
  })

  it('explain and describe know them too', async () => {
    assert.equal((await city.query("explain from crimes_at('latest')")).length, 1)
    const described = await city.query("describe from changes('latest~1', 'latest')")
    assert.deepEqual(
      described.map((row) => row['column_name']),
      ['id', 'kinds', 'columns', 'before', 'after'],
    )
  })

  it('a REF that is not written out is refused with what to write', async () => {
    const refused = [
      'from crimes_at()',
      "from crimes_at('latest', 'latest')",
      "from crimes_at('lat' || 'est')",
      'from crimes_at(123)',
      "from crimes_at(ref := 'latest')",
      'from crimes_at(NULL)',
      'select (select count(*) from crimes_at(b.batch_at::varchar)) from history.batches b',
      "from changes('latest')",
    ]
    for (const sql of refused) await assert.rejects(city.query(sql), { code: 'query_refused', todo: /Write it like/ }, sql)
  })

  it('a REF that names no batch is told the nearest, and batches the wrong way round are refused', async () => {
    await assert.rejects(city.query("from crimes_at('2026-02-04')"), {
      code: 'batch_missing',
      message: /nearest is 2026-02-03/,
    })
    await assert.rejects(city.query("from changes('latest~7', 'latest')"), { code: 'batch_missing' })
    await assert.rejects(city.query("from changes('latest', 'latest~1')"), { code: 'usage', todo: /first/ })
    await assert.rejects(city.query("from crimes_at('soon')"), { code: 'usage' })
  })

  it('nothing outside of the lake is within reach by them', async () => {
    const sql = "select * from crimes_at('latest'), read_csv('/etc/passwd')"
    await assert.rejects(city.query(sql), { code: 'query_refused' })
  })
})
