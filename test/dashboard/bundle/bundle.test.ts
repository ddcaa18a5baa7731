import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { bundleOf } from '../../../src/dashboard/bundle/bundle.ts'
import type { DashboardDesk } from '../../../src/dashboard/dashboards.ts'
import { startCounters } from '../../../src/dashboard/count/counters.ts'
import type { DashboardLake } from '../../../src/dashboard/lake.ts'
import { load } from '../../../src/dashboard/memory/loaded.ts'
import { city } from '../small-questions.ts'
import { openSmallCity, type SmallIncident, smallColumns, smallDefinition } from '../small-city.ts'

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
  assert.match(texts.get('data/kinds.csv')!, /^THEFT,Theft,12,12,1\r$/m)
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
  // The total would give one away, so that the next smallest goes with it: its value, and what it is of.
  assert.deepEqual(kinds.slice(1), ['THEFT,Theft,40,40,1', 'ARSON,Arson,,,', 'FRAUD,Fraud,,,'])
  const pages = files.map(({ path }) => path).filter((path) => path.endsWith('.html'))
  assert.deepEqual(pages, ['index.html', 'kind-1.html'])
})

test('no page of a bundle tells a small count, whoever is in it', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(city, fc.integer({ min: 2, max: 6 }), async (incidents, below) => {
      const { files } = await bundleOf(await dashboardsOf(incidents), 'small', { at: 'latest', suppressBelow: below })
      for (const { path, text } of files) {
        const told = path.endsWith('.csv')
          ? text
              .split('\r\n')
              .slice(1)
              .flatMap((line) => line.split(',').slice(2, 4).filter(Boolean))
          : [...text.matchAll(/class="number(?: spare)?">(\d+)<|<title>[^<]*: (\d+) of|of (\d+)[,<]|<strong>(\d+)</g)].map(
              (found) => found.slice(1).find(Boolean)!,
            )
        for (const n of told) assert.ok(Number(n) === 0 || Number(n) >= below, `${path}: ${n}`)
      }
    }),
    { numRuns: 6 },
  )
})

test('where all of it is small, nothing is told', async () => {
  const { files } = await bundleOf(await dashboardsOf(many(3, {}, 0)), 'small', { at: 'latest', suppressBelow: 5 })
  const index = files.find(({ path }) => path === 'index.html')!.text
  assert.match(index, /Too few incidents to tell/)
  assert.doesNotMatch(index, /<strong>|<section id=/)
  assert.deepEqual(
    files.map(({ path }) => path),
    ['style.css', 'index.html'],
  )
})
