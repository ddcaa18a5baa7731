import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { type City, type Incident, makeCity, watch } from '../city.ts'
import { incident } from '../model.ts'

const name = (day: number): string => `2026-02-${String(day + 1).padStart(2, '0')}T06:00:00Z`
const later = (row: Incident, change: Partial<Incident>): Incident => ({
  ...row,
  ...change,
  updated_on: '2026-01-20 15:40:00',
})

const FIRST = Array.from({ length: 40 }, (_, i) => incident(i + 1, 0))
/** 1 vanishes, 2 is solved, 4 (which was) is open again, 3 becomes a robbery, 41 is new. */
const SECOND = [
  ...FIRST.filter((row) => row.id !== 1).map((row) => {
    if (row.id === 2) return later(row, { arrest: 'true' })
    if (row.id === 4) return later(row, { arrest: 'false' })
    return row.id === 3 ? later(row, { primary_type: 'ROBBERY' }) : row
  }),
  incident(41, 19),
]

/** A city of two batches. */
async function twoBatches(): Promise<City> {
  const city = await makeCity()
  await city.publish(FIRST)
  await city.run({ at: name(0) })
  await city.publish(SECOND)
  assert.equal((await city.run({ at: name(1) })).state, 'succeeded')
  return city
}

const restore = (city: City, day: number, more: { ref?: string; table?: string; where?: string } = {}) =>
  city.platform.restore({ ref: name(0), at: name(day), ...more }, watch())

describe('A restore', () => {
  let city: City
  before(async () => {
    city = await twoBatches()
  })
  after(() => city[Symbol.asyncDispose]())

  it('is previewed in a folder that is swept if the process dies, and else is gone', async () => {
    const state = join(city.lake, '.blotter')
    const before = readdirSync(state)
    const fresh = (): string[] => readdirSync(state).filter((found) => !before.includes(found))
    const preview = city.platform.restorePreview({ ref: name(0) })
    while (fresh().length === 0) await new Promise(setImmediate)
    assert.match(fresh()[0]!, new RegExp(`^spill-${process.pid}-restore-`))
    await preview
    assert.deepEqual(fresh(), [])
  })

  it('of everything tells of each incident what the ledger would, and is a batch like any other', async () => {
    const report = await restore(city, 2)
    assert.deepEqual(report.changes, { vanished: 1, returned: 1, arrested: 1, arrest_withdrawn: 1, reclassified: 1 })
    assert.deepEqual(report.rows, { read: 40, landed: 4, unchanged: 36, quarantined: 0, swept: 0 })
    const diff = await city.platform.diff(name(1), name(2), { rows: true })
    assert.deepEqual(
      diff.changes?.map(({ id, kinds }) => [id, kinds.join()]),
      [
        [1, 'returned'],
        [2, 'arrest_withdrawn'],
        [3, 'reclassified'],
        [4, 'arrested'],
        [41, 'vanished'],
      ],
    )
    const whole = await city.platform.diff(name(0), name(2), { rows: true })
    assert.deepEqual(whole.changes, [])
    const batches = await city.platform.batches()
    assert.deepEqual(
      batches.map((batch) => batch.kind),
      ['full', 'incremental', 'restore'],
    )
    assert.deepEqual(batches[2]?.restore, { table: 'raw.crimes', batch: name(0), where: null })
    const { changes } = await city.platform.history('3')
    assert.deepEqual(
      changes.map((change) => change.kinds),
      [['reclassified'], ['reclassified']],
    )
    const again = await city.platform.restore({ ref: name(0), at: name(2) }, watch())
    assert.equal(again.already_committed, true)
  })

  it('holds against the source until it is lifted, which the tables show', async () => {
    const [raw] = await city.platform.tables()
    assert.deepEqual(raw?.holds, [{ batch: name(0), where: null, since: name(2) }])
    for (const [day, full] of [
      [3, false],
      [4, true],
    ] as const) {
      const report = await city.run({ at: name(day), full })
      assert.deepEqual(report.changes, {})
      assert.equal(report.warnings['held_by_restore'], 5)
    }
    const expiry = await city.platform.expire({ dryRun: true, batches: 1 }, watch())
    assert.deepEqual(expiry.kept, [name(0), name(4)], 'the batch that a hold looks back to stays')
    await assert.rejects(city.platform.restoreLift({ ref: name(1) }, watch()), { code: 'usage', message: /holds/ })
    const { lifted } = await city.platform.restoreLift({ ref: name(0) }, watch())
    assert.equal(lifted.length, 1)
    assert.deepEqual(await city.platform.restoreLift({}, watch()), { lifted: [], held: [] })
    const report = await city.run({ at: name(5) })
    assert.deepEqual(report.changes, { vanished: 1, returned: 1, arrested: 1, arrest_withdrawn: 1, reclassified: 1 })
    assert.equal((await city.platform.tables())[0]?.holds, undefined)
    assert.deepEqual((await city.platform.diff(name(1), name(5), { rows: true })).changes, [])
  })

  it('that changes nothing is a batch that holds all the same', async () => {
    const report = await restore(city, 6, { ref: name(5), where: 'id = 7' })
    assert.deepEqual(report.changes, {})
    assert.deepEqual(report.steps.map((step) => step.state).slice(3, 5), ['skipped', 'skipped'])
    await city.publish(SECOND.map((row) => (row.id === 7 || row.id === 8 ? later(row, { block: 'X' }) : row)))
    const next = await city.run({ at: name(7) })
    assert.deepEqual(next.changes, { moved: 1 })
    assert.equal(next.warnings['held_by_restore'], 1)
    await city.platform.restoreLift({}, watch())
    assert.deepEqual((await city.run({ at: name(8) })).changes, { moved: 1 })
  })

  it('holds what it brought back by how it was before the restore alone', async () => {
    await city.publish([...SECOND.filter((row) => row.id !== 5), later(SECOND[4]!, { primary_type: 'ARSON' })])
    await city.run({ at: name(9) })
    const report = await restore(city, 10, { where: "primary_type = 'ARSON'" })
    assert.deepEqual(report.changes, { reclassified: 1 })
    const next = await city.run({ at: name(11) })
    assert.deepEqual([next.changes, next.warnings['held_by_restore']], [{}, 1])
    await city.platform.restoreLift({}, watch())
    assert.deepEqual((await city.run({ at: name(12) })).changes, { reclassified: 1 })
  })

  it('by a wrong name, table or condition is refused, and nothing is changed', async () => {
    const before = await city.platform.batches()
    const refused = (wish: object, code: string) => assert.rejects(restore(city, 13, wish), { code, exitCode: 2 })
    await refused({ ref: '2026-03-01' }, 'batch_missing')
    await refused({ table: 'raw.crime' }, 'usage')
    await refused({ table: 'history.changes' }, 'usage')
    await refused({ table: 'aggregates.by_type', where: 'year = 2019' }, 'usage')
    await refused({ where: 'year' }, 'usage')
    await refused({ where: "id in (from read_csv('/etc/passwd'))" }, 'usage')
    assert.deepEqual(await city.platform.batches(), before)
  })

  it('is told apart from the source in an incident’s life when its batch has expired', async () => {
    await city.platform.expire({ dryRun: false, batches: 1 }, watch())
    const { changes } = await city.platform.history('41')
    assert.deepEqual(
      changes.map(({ kinds, by_restore: byRestore }) => [...kinds, byRestore]),
      [
        ['new', undefined],
        ['vanished', true],
        ['returned', undefined],
      ],
    )
  })
})

describe('A derived table', () => {
  it('comes back by its old files, is held, and is made anew once it is lifted', async () => {
    await using city = await twoBatches()
    const table = 'processed.crimes_without_arrest'
    const select = `select * from ${table} order by id`
    const preview = await city.platform.restorePreview({ ref: name(0), table })
    const report = await restore(city, 2, { table })
    assert.deepEqual(report.changes, {})
    assert.deepEqual(await city.query(select), await city.query(select, name(0)))
    assert.deepEqual(preview.rows, { before: 30, after: 30 })
    const sum = 'select sum(incidents)::int as n from aggregates.by_type'
    assert.deepEqual(await city.query(sum), await city.query(sum, name(0)), 'what is made from it follows')
    const raw = 'select * exclude batch_at from raw.crimes order by id'
    assert.deepEqual(await city.query(raw), await city.query(raw, name(1)), 'the raw table stays')
    const { graph } = await city.platform.lineage({ table })
    const node = graph.tables.find((one) => one.name === table)!
    assert.deepEqual(
      node.from.map((input) => input.name),
      [table],
      'its lineage says what it was as of',
    )
    assert.match(node.made_by!.query!, new RegExp(`^-- as of ${name(0)}\nSELECT`))
    assert.equal(node.made_by!.file, null)

    await city.publish(SECOND.map((row) => (row.id === 10 ? later(row, { arrest: 'true' }) : row)))
    assert.deepEqual((await city.run({ at: name(3) })).changes, { arrested: 1 })
    assert.deepEqual(await city.query(select), await city.query(select, name(0)), 'it is held')
    await city.platform.restoreLift({ table }, watch())
    await city.run({ at: name(4) })
    const ids = async (sql: string): Promise<unknown[]> => (await city.query(sql)).map((row) => row['id'])
    assert.deepEqual(
      await ids(`select id from ${table} order by id`),
      await ids('select id from raw.crimes where not arrest order by id'),
    )
    assert.deepEqual(
      await city.query(select, name(2)),
      await city.query(select, name(0)),
      'the restored batch stays as it was',
    )
  })
})

describe('Where restores overlap,', () => {
  it('the newest decides how an incident is, and it is held as long as any of them holds it', async () => {
    await using city = await twoBatches()
    await restore(city, 2, { where: 'id <= 3' })
    await restore(city, 3, { ref: name(1), where: 'id = 2' })
    const arrest = async (): Promise<unknown> =>
      (await city.query('select arrest from raw.crimes where id = 2'))[0]?.['arrest']
    assert.equal(await arrest(), true)
    await city.publish(SECOND.map((row) => (row.id === 2 ? later(row, { block: 'X' }) : row)))
    await city.run({ at: name(4), full: true })
    await city.platform.restoreLift({ ref: name(1) }, watch())
    const report = await city.run({ at: name(5), full: true })
    assert.deepEqual([report.changes, report.warnings['held_by_restore']], [{}, 3])
    assert.equal(await arrest(), true, 'as the newest left it')
    await city.platform.restoreLift({}, watch())
    const lifted = await city.run({ at: name(6) })
    assert.deepEqual(lifted.changes, { vanished: 1, reclassified: 1, moved: 1 })
  })

  it('an incident that the lake has never seen is not held', async () => {
    await using city = await twoBatches()
    await restore(city, 2)
    await city.publish([...SECOND, incident(50, 21)])
    assert.deepEqual((await city.run({ at: name(3) })).changes, { new: 1 })
  })
})
