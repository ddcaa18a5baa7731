import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { bundleOf } from '../../src/dashboard/bundle/bundle.ts'
import { suppressSmall } from '../../src/dashboard/bundle/suppress.ts'
import type { DashboardDesk } from '../../src/dashboard/dashboards.ts'
import type { Mark } from '../../src/dashboard/figures.ts'
import { startCounters } from '../../src/dashboard/counters.ts'
import type { DashboardLake } from '../../src/dashboard/lake.ts'
import { load } from '../../src/dashboard/loaded.ts'
import { openSmallCity, type SmallIncident, smallColumns, smallDefinition } from './small-city.ts'

const BATCH = '2026-02-01T06:00:00Z'
const counters = startCounters(1)
after(() => counters.close())

/** Dashboards with one that is loaded already. */
async function dashboardsOf(incidents: readonly SmallIncident[]): Promise<DashboardDesk> {
  const lake = {
    incidents: smallColumns,
    timezone: 'America/Chicago',
    resolve: async () => BATCH,
    before: async () => undefined,
    open: () => openSmallCity(incidents),
  } as Partial<DashboardLake> as DashboardLake
  const setup = { definition: smallDefinition, lake, counters, batchAt: BATCH, limitBytes: 2 ** 28, now: () => new Date(0) }
  const loaded = await load(setup)
  return {
    lake,
    counters,
    shapes: async () => [],
    open: async () => ({ loaded, refresh: { state: 'fresh', since: new Date(0) }, isLatest: true }),
  }
}

const one: SmallIncident = {
  id: 0,
  moment: '2025-03-10 02:30:00',
  kind: 'THEFT',
  area: 1,
  night: false,
  lat: 41.9,
  lon: -87.6,
  solved: false,
}
const many = (n: number, of: Partial<SmallIncident>, from: number): SmallIncident[] =>
  Array.from({ length: n }, (_, i) => ({ ...one, id: from + i, ...of }))

test('a bundle is pages and data that ask nobody for anything and run nothing', async () => {
  const evil = `<script>alert("1")</script>`
  const { batchAt, files } = await bundleOf(
    await dashboardsOf([
      ...many(12, {}, 0),
      ...many(30, { kind: evil, solved: true }, 100),
      ...many(9, { kind: '=1+1' }, 200),
    ]),
    'small',
    { at: 'latest', suppressBelow: 0 },
  )
  assert.equal(batchAt, BATCH)
  const texts = new Map(files.map(({ path, text }) => [path, text]))
  assert.deepEqual([...texts.keys()].filter((path) => path.endsWith('.html')).sort(), [
    'index.html',
    'kind-1.html',
    'kind-2.html',
    'kind-3.html',
  ])
  for (const [path, text] of texts) {
    if (!path.endsWith('.html')) continue
    assert.doesNotMatch(text, /<script|\son\w+=|style="|https?:\/\/(?!www\.w3\.org)/, path)
    for (const [, link] of text.matchAll(/href="([^"]+)"/g))
      assert.ok(texts.has(link!), `${path} names ${link}, which is not there`)
  }
  const index = texts.get('index.html')!
  assert.match(index, /&#60;script&#62;/)
  assert.match(index, new RegExp(BATCH))
  assert.match(texts.get('data/kinds.csv')!, /^THEFT,THEFT,12,12,1\r$/m)
  assert.match(texts.get('data/kinds.csv')!, /^'=1\+1,/m)
})

test('small counts are withheld everywhere in a bundle, where that is wished', async () => {
  const { files } = await bundleOf(
    await dashboardsOf([
      ...many(40, {}, 0),
      ...many(3, { kind: 'ARSON', area: 2 }, 100),
      ...many(20, { kind: 'FRAUD', area: 3 }, 200),
    ]),
    'small',
    { at: 'latest', suppressBelow: 5 },
  )
  const kinds = files
    .find(({ path }) => path === 'data/kinds.csv')!
    .text.trim()
    .split('\r\n')
  // The total would give one away: the next smallest goes with it.
  assert.deepEqual(kinds.slice(1), ['THEFT,THEFT,40,40,1', 'FRAUD,FRAUD,,20,', 'ARSON,ARSON,,,'])
  const page = files.find(({ path }) => path === 'kind-3.html')!.text
  assert.match(page, /ARSON/)
  assert.doesNotMatch(page, /<td[^>]*>3</)
})

test('no small count is left, what is withheld cannot be worked out from the total, and zero stays', () => {
  const mark = fc.record({ value: fc.nat(30), more: fc.nat(30) })
  fc.assert(
    fc.property(fc.array(mark, { maxLength: 12 }), fc.integer({ min: 1, max: 12 }), (list, below) => {
      const marks = list.map(({ value, more }, i): Mark => ({ key: String(i), value, base: value + more, share: null }))
      const told = suppressSmall(marks, below)
      const withheld = told.filter(({ value }) => value === null)
      for (const { value, base } of told) {
        assert.ok(value === null || value === 0 || value >= below)
        assert.ok(base === null || base === 0 || base >= below)
      }
      const others = told.filter(({ value }) => value !== null && value > 0)
      assert.ok(withheld.length !== 1 || others.length === 0)
    }),
  )
})
