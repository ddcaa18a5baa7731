import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { type City, COLUMNS, type Incident, makeCity, watch } from './city.ts'
import { apply, count, edit, type Edit, incident, kindsBetween, type Model, rowsOf, seen } from './model.ts'

/** Conditions as SQL and as the model asks them; none is all incidents. */
const CONDITIONS: readonly { where?: string; holds(row: Incident): boolean }[] = [
  { holds: () => true },
  { where: "primary_type = 'THEFT'", holds: (row) => row.primary_type === 'THEFT' },
  { where: 'arrest -- and nothing else', holds: (row) => row.arrest === 'true' },
  { where: "id < 15 or block like '%STATE%'", holds: (row) => row.id < 15 || row.block.includes('STATE') },
]

const days = fc.array(
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        what: fc.constant('run' as const),
        full: fc.boolean(),
        edits: fc.array(edit, { maxLength: 12 }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        what: fc.constant('restore' as const),
        back: fc.nat(4),
        condition: fc.nat(CONDITIONS.length - 1),
      }),
    },
    { weight: 1, arbitrary: fc.record({ what: fc.constant('lift' as const), one: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ what: fc.constant('compact' as const) }) },
    { weight: 1, arbitrary: fc.record({ what: fc.constant('expire' as const), batches: fc.integer({ min: 1, max: 4 }) }) },
  ),
  { minLength: 5, maxLength: 8 },
)
type Day =
  | { what: 'run'; full: boolean; edits: Edit[] }
  | { what: 'restore'; back: number; condition: number }
  | { what: 'lift'; one: boolean }
  | { what: 'compact' }
  | { what: 'expire'; batches: number }

interface Held {
  day: number
  holds(row: Incident): boolean
  /** What the restore changed. */
  changed: Set<number>
}

const name = (day: number): string => `2026-02-${String(day + 1).padStart(2, '0')}T06:00:00Z`

/** A city, its lake and what both should hold, moved on together day by day. */
class Kept {
  readonly source: Model = new Map(Array.from({ length: 30 }, (_, i) => [i + 1, incident(i + 1, 0)]))
  readonly versions: Model[] = []
  readonly expired = new Set<number>()
  private readonly gone = new Set<number>()
  private holds: Held[] = []
  private lifted: Held[] = []
  private readonly city: City

  constructor(city: City) {
    this.city = city
  }

  private get lake(): Model {
    return this.versions.at(-1) ?? new Map()
  }

  private isUnder(holds: readonly Held[], id: number): boolean {
    const matches = (row: Incident | undefined, hold: Held): boolean => row !== undefined && hold.holds(row)
    return holds.some(
      (hold) => hold.changed.has(id) || matches(this.versions[hold.day]!.get(id), hold) || matches(this.lake.get(id), hold),
    )
  }

  async run(full: boolean, edits: readonly Edit[]): Promise<void> {
    const { source, city, lake: before } = this
    const day = this.versions.length
    edits.forEach((one, n) => apply(source, one, day, n))
    await city.publish([...source.values()])
    const unseen = new Map([...before].filter(([id]) => !this.isUnder(this.lifted, id)))
    const wanted = day === 0 ? new Map(source) : seen(unseen, source, full)
    const after = new Map<number, Incident>()
    let held = 0
    for (const id of new Set([...before.keys(), ...wanted.keys()])) {
      const isHeld = this.isUnder(this.holds, id)
      const [was, is] = [before.get(id), wanted.get(id)]
      if (isHeld && COLUMNS.some((column) => was?.[column] !== is?.[column])) held += 1
      const kept = isHeld ? was : is
      if (kept) after.set(id, kept)
    }
    let report = await city.run({ full, at: name(day) })
    if (report.state === 'held') report = await city.platform.runRelease(undefined, watch())
    assert.equal(report.warnings['held_by_restore'] ?? 0, held, `held in ${name(day)}`)
    assert.deepEqual(report.changes, this.commit(after))
    this.lifted = []
  }

  async restore(back: number, condition: number): Promise<void> {
    const { city, lake: before } = this
    const kept = [...this.versions.keys()].filter((known) => !this.expired.has(known))
    const day = kept.at(-1 - back) ?? kept[0]!
    const { where, holds } = CONDITIONS[condition]!
    const old = this.versions[day]!
    const isMeant = (id: number): boolean => [old.get(id), before.get(id)].some((row) => row !== undefined && holds(row))
    const ids = [...new Set([...old.keys(), ...before.keys()])].filter(isMeant)
    const after = new Map(before)
    for (const id of ids) {
      const row = old.get(id)
      if (row) after.set(id, row)
      else after.delete(id)
    }
    const wish = { ref: name(day), ...(where === undefined ? {} : { where }) }
    const preview = await city.platform.restorePreview(wish)
    const report = await city.platform.restore({ ...wish, at: name(this.versions.length) }, watch())
    assert.equal(preview.incidents, ids.length)
    assert.deepEqual(preview.rows, { before: before.size, after: after.size })
    assert.deepEqual(preview.changes, report.changes)
    assert.equal(report.kind, 'restore')
    assert.equal(report.rows.read, ids.filter((id) => old.has(id)).length)
    const changed = new Set(ids.filter((id) => !isDeepStrictEqual(before.get(id), after.get(id))))
    assert.deepEqual(report.changes, this.commit(after))
    this.holds.push({ day, holds, changed })
  }

  async lift(one: boolean): Promise<void> {
    const first = this.holds[0]
    if (one && !first) return
    const isMeant = (hold: Held): boolean => !one || hold.day === first!.day
    const { lifted } = await this.city.platform.restoreLift(one ? { ref: name(first!.day) } : {}, watch())
    assert.equal(lifted.length, this.holds.filter(isMeant).length)
    this.lifted.push(...this.holds.filter(isMeant))
    this.holds = this.holds.filter((hold) => !isMeant(hold))
  }

  async compact(): Promise<void> {
    await this.city.platform.compact({ dryRun: false }, watch())
    assert.deepEqual((await this.city.platform.compact({ dryRun: true }, watch())).tables, [])
  }

  /** All but the newest go, and those that a hold still looks things up in. */
  async expire(batches: number): Promise<void> {
    const held = [...this.holds, ...this.lifted].map((hold) => hold.day)
    const days = [...this.versions.keys()].filter((day) => !this.expired.has(day))
    const going = days.slice(0, -batches).filter((day) => !held.includes(day))
    const { expired } = await this.city.platform.expire({ dryRun: false, batches }, watch())
    assert.deepEqual(expired, going.map(name))
    for (const day of going) this.expired.add(day)
  }

  /** The next version is there; what the ledger should have counted. */
  private commit(after: Model): Record<string, number> {
    const before = this.lake
    const ids = new Set([...before.keys(), ...after.keys()])
    const kinds = [...ids].map((id) => kindsBetween(before.get(id), after.get(id), this.gone.has(id)))
    for (const id of before.keys()) if (!after.has(id)) this.gone.add(id)
    this.versions.push(after)
    return count(kinds)
  }
}

test('restores, what they hold and what is lifted agree with a model that is kept by hand, whatever is compacted or expires', async () => {
  await fc.assert(
    fc.asyncProperty(days, async (script: Day[]) => {
      await using city = await makeCity()
      const kept = new Kept(city)
      await kept.run(true, [])
      for (const day of script) {
        if (day.what === 'run') await kept.run(day.full, day.edits)
        else if (day.what === 'restore') await kept.restore(day.back, day.condition)
        else if (day.what === 'compact') await kept.compact()
        else if (day.what === 'expire') await kept.expire(day.batches)
        else await kept.lift(day.one)
      }
      // Once nothing is held, the source alone says what is there.
      await kept.lift(false)
      await kept.run(true, [])
      assert.deepEqual(kept.versions.at(-1), kept.source)
      for (const [day, version] of kept.versions.entries()) {
        if (kept.expired.has(day)) await assert.rejects(city.query('select 1', name(day)), { code: 'batch_missing' })
        else await agree(city, kept, day, version)
      }
    }),
    { numRuns: Number(process.env['BLOTTER_TEST_RUNS'] ?? 3) },
  )
})

async function agree(city: City, kept: Kept, day: number, version: Model): Promise<void> {
  const at = name(day)
  const raw = await city.query(`select ${COLUMNS.join(', ')} from raw.crimes order by id`, at)
  assert.deepEqual(raw, rowsOf(version), `raw as of ${at}`)
  const open = [...version.values()].filter((row) => row.arrest === 'false').map((row) => BigInt(row.id))
  const processed = await city.query('select id from processed.crimes_without_arrest order by id', at)
  assert.deepEqual(
    processed.map((row) => row['id']),
    open.sort((a, b) => Number(a - b)),
    `processed as of ${at}`,
  )
  const [sum] = await city.query('select coalesce(sum(incidents), 0)::int as n from aggregates.by_type', at)
  assert.equal(sum?.['n'], open.length, `the aggregate as of ${at}`)
  // From the batch before and from the oldest that is kept.
  const earlier = [...kept.versions.keys()].filter((known) => known < day && !kept.expired.has(known))
  for (const from of new Set([earlier[0], earlier.at(-1)])) {
    if (from === undefined) return
    const before = kept.versions[from]!
    const diff = await city.platform.diff(name(from), at, { rows: true })
    const ids = [...new Set([...before.keys(), ...version.keys()])].sort((a, b) => a - b)
    const changed = ids.filter((id) => {
      const kinds = kindsBetween(before.get(id), version.get(id), false)
      return kinds.length > 0 && !kinds.includes('restamped')
    })
    assert.deepEqual(
      diff.changes?.map((change) => change.id),
      changed,
      `changes from ${name(from)} to ${at}`,
    )
  }
}
