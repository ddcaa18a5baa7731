import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { COLUMNS, type Incident, makeCity } from './city.ts'

type Model = Map<number, Incident>

const stamp = (day: number, n: number): string =>
  `2026-01-${String(day + 1).padStart(2, '0')} 15:40:${String(n % 60).padStart(2, '0')}`

const incident = (id: number, day: number): Incident => ({
  id,
  date: `2025-12-${String((id % 28) + 1).padStart(2, '0')} 12:${String(id % 60).padStart(2, '0')}:00`,
  primary_type: ['THEFT', 'BATTERY', 'CRIM SEXUAL ASSAULT'][id % 3]!,
  description: 'SIMPLE',
  block: `${id % 10}00XX W ADAMS ST`,
  location_description: 'STREET',
  arrest: id % 4 === 0 ? 'true' : 'false',
  updated_on: stamp(day, id),
})

const edit = fc.record({
  id: fc.integer({ min: 1, max: 40 }),
  what: fc.constantFrom('insert', 'vanish', 'arrest', 'withdraw', 'reclassify', 'move', 'amend', 'restamp', 'silent'),
})
type Edit = { id: number; what: string }

/** What an edit does to the source; `silent` leaves the cursor alone, so that only a full batch sees it. */
function apply(model: Model, { id, what }: Edit, day: number, n: number): void {
  const old = model.get(id)
  if (what === 'insert') {
    if (!old) model.set(id, incident(id, day))
    return
  }
  if (!old) return
  if (what === 'vanish') {
    model.delete(id)
    return
  }
  const next = { ...old, updated_on: what === 'silent' ? old.updated_on : stamp(day, n + 7) }
  if (what === 'arrest') next.arrest = 'true'
  if (what === 'withdraw') next.arrest = n % 2 ? 'false' : ''
  if (what === 'reclassify') next.primary_type = next.primary_type === 'ROBBERY' ? 'THEFT' : 'ROBBERY'
  if (what === 'move') next.block = `${n}9XX S STATE ST`
  if (what === 'amend' || what === 'silent') next.location_description = `PLACE ${day} ${n}`
  model.set(id, next)
}

/** What the lake should hold after a batch: incremental ones go by the cursor alone. */
function seen(before: Model, source: Model, full: boolean): Model {
  return new Map(
    [...source].map(([id, row]) => {
      const known = before.get(id)
      return [id, !full && known && known.updated_on === row.updated_on ? known : row]
    }),
  )
}

const MOVED = ['block']
const RECLASSIFIED = ['primary_type', 'description']

/** The kinds of change between two versions of one incident, written down without looking at the code under test. */
function kindsBetween(before: Incident | undefined, after: Incident | undefined, cameBack: boolean): string[] {
  if (!before) return after ? [cameBack ? 'returned' : 'new'] : []
  if (!after) return ['vanished']
  const differing = COLUMNS.filter((column) => before[column] !== after[column])
  if (differing.length === 0) return []
  const kinds: string[] = []
  const arrested = before.arrest !== 'true' && after.arrest === 'true'
  const withdrawn = before.arrest === 'true' && after.arrest !== 'true'
  if (arrested) kinds.push('arrested')
  if (withdrawn) kinds.push('arrest_withdrawn')
  if (differing.some((column) => RECLASSIFIED.includes(column))) kinds.push('reclassified')
  if (differing.some((column) => MOVED.includes(column))) kinds.push('moved')
  const rest = differing.filter((column) => ![...MOVED, ...RECLASSIFIED, 'updated_on'].includes(column))
  if (rest.some((column) => column !== 'arrest' || !(arrested || withdrawn))) kinds.push('amended')
  return kinds.length > 0 ? kinds : ['restamped']
}

function count(kinds: Iterable<string[]>): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const kind of [...kinds].flat()) counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}

const rowsOf = (model: Model): unknown[] =>
  [...model.values()]
    .sort((a, b) => a.id - b.id)
    .map((row) => ({ ...row, id: BigInt(row.id), arrest: row.arrest === '' ? null : row.arrest === 'true' }))

const SELECT = `select ${COLUMNS.join(', ')} from raw.crimes order by id`

test('every batch, every diff and every time travel agree with a model that is kept by hand', async () => {
  const days = fc.array(fc.record({ full: fc.boolean(), edits: fc.array(edit, { minLength: 0, maxLength: 12 }) }), {
    minLength: 2,
    maxLength: 4,
  })
  await fc.assert(
    fc.asyncProperty(days, async (batches) => {
      await using city = await makeCity()
      const source: Model = new Map(Array.from({ length: 30 }, (_, i) => [i + 1, incident(i + 1, 0)]))
      const versions: Model[] = []
      const gone = new Set<number>()
      for (const [day, { full, edits }] of [{ full: true, edits: [] as Edit[] }, ...batches].entries()) {
        edits.forEach((one, n) => apply(source, one, day, n))
        if (source.size < 29) for (let id = 1; source.size < 29; id++) if (!source.has(id)) source.set(id, incident(id, day))
        await city.publish([...source.values()])
        const before = versions.at(-1) ?? new Map()
        const after = seen(before, source, full || day === 0)
        const report = await city.run({ full, at: `2026-02-${String(day + 1).padStart(2, '0')}T06:00:00Z` })
        versions.push(after)

        const ids = new Set([...before.keys(), ...after.keys()])
        const expected = count([...ids].map((id) => kindsBetween(before.get(id), after.get(id), gone.has(id))))
        assert.deepEqual(report.changes, sorted(expected, report.changes))
        assert.equal(report.rows.read, report.rows.landed + report.rows.unchanged + report.rows.quarantined)
        for (const id of before.keys()) if (!after.has(id)) gone.add(id)
      }
      for (const [day, version] of versions.entries()) {
        const at = `2026-02-${String(day + 1).padStart(2, '0')}T06:00:00Z`
        assert.deepEqual(await city.query(SELECT, at), rowsOf(version), `the raw table as of ${at}`)
        const known = [...version.values()]
          .filter((row) => row.arrest === 'false')
          .map((row) => BigInt(row.id))
          .sort((a, b) => Number(a - b))
        const processed = await city.query('select id from processed.crimes_without_arrest order by id', at)
        assert.deepEqual(
          processed.map((row) => row['id']),
          known,
          `processed as of ${at}`,
        )
        const [sum] = await city.query('select coalesce(sum(incidents), 0)::int as n from aggregates.by_type', at)
        assert.equal(sum?.['n'], known.length, `the aggregate as of ${at}`)
      }
      await agreeOnDiffs(city, versions)
    }),
    { numRuns: Number(process.env['BLOTTER_TEST_RUNS'] ?? 3) },
  )
})

async function agreeOnDiffs(city: Awaited<ReturnType<typeof makeCity>>, versions: readonly Model[]): Promise<void> {
  const name = (day: number): string => `2026-02-${String(day + 1).padStart(2, '0')}T06:00:00Z`
  for (let from = 0; from < versions.length; from++) {
    for (let to = from + 1; to < versions.length; to++) {
      const [a, b] = [versions[from]!, versions[to]!]
      const diff = await city.platform.diff(name(from), name(to), { rows: true })
      const ids = [...new Set([...a.keys(), ...b.keys()])].sort((x, y) => x - y)
      const expected = ids.flatMap((id) => {
        const kinds = kindsBetween(a.get(id), b.get(id), wasThere(versions, from, id))
        return kinds.length === 0 || kinds.includes('restamped') ? [] : [{ id, kinds }]
      })
      assert.deepEqual(
        diff.changes?.map(({ id, kinds }) => ({ id, kinds })),
        expected,
        `${name(from)} to ${name(to)}`,
      )
      assert.equal(diff.incidents, expected.length)
    }
  }
}

/** An incident that is new to a diff has returned if any batch up to its beginning had it. */
function wasThere(versions: readonly Model[], upTo: number, id: number): boolean {
  return versions.slice(0, upTo + 1).some((version) => version.has(id))
}

function sorted(expected: Record<string, number>, like: object): Record<string, number> {
  const order = Object.keys(like)
  return Object.fromEntries(Object.entries(expected).sort(([a], [b]) => order.indexOf(a) - order.indexOf(b)))
}
