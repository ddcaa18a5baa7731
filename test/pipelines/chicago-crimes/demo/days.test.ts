import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { COLUMNS, type Row, rowsOf } from './read-rows.ts'

const RECLASSIFIED: readonly string[] = ['iucr', 'primary_type', 'description', 'fbi_code']
const MOVED: readonly string[] = [
  'block',
  'beat',
  'district',
  'ward',
  'community_area',
  'x_coordinate',
  'y_coordinate',
  'latitude',
  'longitude',
  'location',
]

type City = Map<bigint, Row>

function cityOn(day: number, rows: number, seed = 1): City {
  return new Map([...rowsOf({ rows, seed, day })].map((row) => [row.id, row]))
}

function kindsOf(before: Row, after: Row): string[] {
  const differing = COLUMNS.filter((name) => before[name] !== after[name])
  const kinds = differing
    .filter((name) => name !== 'updated_on')
    .map((name) => {
      if (name === 'arrest') return after.arrest ? 'arrested' : 'arrest_withdrawn'
      if (RECLASSIFIED.includes(name)) return 'reclassified'
      return MOVED.includes(name) ? 'moved' : 'amended'
    })
  return kinds.length === 0 && differing.length > 0 ? ['restamped'] : [...new Set(kinds)]
}

/** Compares two days naively, row by row. `gone` are incidents that were there on an earlier day. */
function compare(before: City, after: City, gone: Set<bigint>): Record<string, number> {
  const counts: Record<string, number> = {}
  const count = (kind: string): void => void (counts[kind] = (counts[kind] ?? 0) + 1)
  for (const [id, row] of after) {
    const old = before.get(id)
    if (old) kindsOf(old, row).forEach(count)
    else count(gone.has(id) ? 'returned' : 'new')
  }
  for (const id of before.keys()) {
    if (after.has(id)) continue
    count('vanished')
    gone.add(id)
  }
  return counts
}

const PUBLISHED = ['2026-11-20', '2026-11-21', '2026-11-22']

describe('A later day of the demo', () => {
  const days = [0, 1, 2].map((day) => cityOn(day, 300_000))

  it('changes the city in every way that the ledger knows, in plausible proportion', (context) => {
    const gone = new Set<bigint>()
    for (const day of [1, 2]) {
      const counts = compare(days[day - 1]!, days[day]!, gone)
      context.diagnostic(`day ${day - 1} to ${day}: ${JSON.stringify(counts)}`)
      for (const kind of ['new', 'arrested', 'reclassified', 'moved', 'amended', 'restamped']) {
        assert.ok(counts[kind]! >= 12 && counts[kind]! <= 60, `${kind}: ${counts[kind]}`)
      }
      for (const kind of ['arrest_withdrawn', 'vanished']) assert.ok(counts[kind]! >= 3 && counts[kind]! <= 12, kind)
      if (day > 1) assert.ok(counts['returned']! >= 2)
      assert.ok(counts['arrested']! > 2 * counts['arrest_withdrawn']!)
    }
  })

  it('is the same city else: nothing changes without its stamp, and no stamp goes back', () => {
    for (const day of [1, 2]) {
      const published = PUBLISHED[day]!
      for (const [id, row] of days[day]!) {
        const old = days[day - 1]!.get(id)
        if (old && kindsOf(old, row).length === 0) continue
        assert.ok(row.updated_on.startsWith(`${published} 15:`), `${id}, changed on ${published}: ${row.updated_on}`)
        if (old) assert.ok(row.updated_on > old.updated_on)
      }
    }
  })

  it('knows nothing newer than seven days before it, and something of that day', () => {
    days.forEach((city, day) => {
      const newest = [...city.values()].reduce((last, { date }) => (date > last ? date : last), '')
      assert.equal(newest.slice(0, 10), `2026-11-${13 + day}`)
    })
  })

  it('adds incidents under new high ids, the murders aside, and among them old ones', () => {
    for (const day of [1, 2]) {
      const highest = [...days[day - 1]!.keys()].at(-1)!
      const added = [...days[day]!.values()].filter((row) => !days[0]!.has(row.id) && !days[day - 1]!.has(row.id))
      const others = added.filter((row) => row.iucr !== '0110')
      assert.ok(others.every((row) => row.id > highest))
      assert.ok(
        added.some((row) => row.date < '2026-10-01'),
        'one that came to light late',
      )
      assert.ok(others.filter((row) => row.date.startsWith(`2026-11-${13 + day}`)).length > others.length / 2)
    }
  })

  it('reclassifies to another code with its own type, description and FBI code', () => {
    const meaning = new Map([...days[0]!.values()].map((row) => [`${row.iucr} ${row.year >= 2020}`, row]))
    const changed = [...days[2]!.values()].filter((row) => days[0]!.has(row.id) && row.iucr !== days[0]!.get(row.id)!.iucr)
    assert.ok(changed.length >= 20)
    for (const row of changed) {
      const known = meaning.get(`${row.iucr} ${row.year >= 2020}`)
      if (known && !/SEXUAL ASSAULT/.test(row.primary_type)) assert.equal(row.primary_type, known.primary_type)
    }
    assert.ok(changed.some((row) => row.primary_type === days[0]!.get(row.id)!.primary_type))
    assert.ok(changed.some((row) => row.primary_type !== days[0]!.get(row.id)!.primary_type))
  })

  it('finds coordinates that were missing', () => {
    const found = [...days[2]!.values()].filter((row) => row.location !== null && days[0]!.get(row.id)?.location === null)
    assert.ok(found.length >= 8)
  })

  it('restamps many rows at once now and then', () => {
    const counts = compare(cityOn(4, 30_000), cityOn(5, 30_000), new Set())
    assert.ok(counts['restamped']! > 300, JSON.stringify(counts))
  })

  it('follows from seed and day alone, whichever days were looked at before', () => {
    const jump = cityOn(40, 6000, 9)
    const again = cityOn(40, 6000, 9)
    assert.deepEqual([...jump.values()].slice(-200), [...again.values()].slice(-200))
    let present = 0
    for (const [id, row] of cityOn(39, 6000, 9)) {
      const next = jump.get(id)
      if (next && kindsOf(row, next).length === 0) present++
    }
    assert.ok(present > 6000, 'nearly all are as they were the day before')
  })

  it('shows each kind in a small city too, and loses few of it', () => {
    const cities = [0, 1, 2].map((day) => cityOn(day, 2000, 4))
    const gone = new Set<bigint>()
    const all = [1, 2].map((day) => compare(cities[day - 1]!, cities[day]!, gone))
    const kinds = ['new', 'arrested', 'arrest_withdrawn', 'reclassified', 'moved', 'amended', 'restamped', 'vanished']
    for (const kind of kinds) {
      assert.ok(
        all.every((counts) => counts[kind]! >= 1),
        kind,
      )
    }
    assert.ok(all.every((counts) => counts['vanished']! < 2000 * 0.01))
  })
})
