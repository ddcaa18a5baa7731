import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { COLUMNS, makeCity } from '../city.ts'
import { apply, count, edit, type Edit, incident, kindsBetween, type Model, rowsOf, seen } from '../model.ts'

const SELECT = `select ${COLUMNS.join(', ')} from raw.crimes order by id`

test('every batch, every diff and every time travel agree with a model that is kept by hand', async () => {
  const days = fc.array(fc.record({ full: fc.boolean(), edits: fc.array(edit, { minLength: 0, maxLength: 12 }) }), {
    minLength: 2,
    maxLength: 4,
  })
  await fc.assert(
    fc.asyncProperty(days, async (batches) => {
      // An edit may be that many incidents vanish: the guard is another test's.
      await using city = await makeCity({ env: { BLOTTER_GUARDS_VANISHED_MAX: '100%' } })
      const source: Model = new Map(Array.from({ length: 30 }, (_, i) => [i + 1, incident(i + 1, 0)]))
      const versions: Model[] = []
      const gone = new Set<number>()
      for (const [day, { full, edits }] of [{ full: true, edits: [] as Edit[] }, ...batches].entries()) {
        edits.forEach((one, n) => apply(source, one, day, n))
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
        const [batch] = await city.query(
          `select newest_incident::varchar as at from history.batches where batch_at = '${at}'`,
          at,
        )
        assert.equal(
          batch?.['at'],
          [...version.values()]
            .map((row) => row.date)
            .sort()
            .at(-1) ?? null,
          `newest as of ${at}`,
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
