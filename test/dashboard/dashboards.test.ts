import assert from 'node:assert/strict'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { sleep, systemClock } from '../../src/clock.ts'
import { askFigures } from '../../src/dashboard/ask.ts'
import { type DashboardEvent, Dashboards } from '../../src/dashboard/dashboards.ts'
import type { DashboardFigures } from '../../src/dashboard/figures.ts'
import type { DashboardLake } from '../../src/dashboard/lake.ts'
import { BlotterError } from '../../src/errors.ts'
import { silentLog } from '../../src/log.ts'
import { openSmallCity, type SmallIncident, smallColumns } from './small-city.ts'

const FILE = `title: Open
incidents: SELECT * FROM city.incidents
measure:
  value: { label: open, when: solved = false }
  base: { label: incidents }
  unknown: { label: not known, when: solved IS NULL }
dimensions:
  kind: { kind: category, label: Kind, sql: kind }
  month: { kind: time, label: Month }
charts:
  - { id: kinds, kind: ranked_bars, dimension: kind, title: Kinds }
`
const [FIRST, SECOND, THIRD] = ['2026-01-01T06:00:00Z', '2026-01-02T06:00:00Z', '2026-01-03T06:00:00Z']

/** A lake of this test's own: its batches are lists of incidents, and a batch can be slow or broken. */
interface Town {
  boards: Dashboards
  batches: Map<string, SmallIncident[]>
  events: DashboardEvent[]
  folder: string
  opened: string[]
  /** What a batch waits for before it can be read. */
  before: Map<string, () => Promise<void>>
  value(at?: string): Promise<number>
  /** Waits for a state of the dashboard. */
  until(holds: () => boolean): Promise<void>
}

async function town(t: TestContext, { file = FILE, memoryBytes = 2 ** 28, everyMs = 10 } = {}): Promise<Town> {
  const folder = await mkdtemp(join(tmpdir(), 'blotter-'))
  await writeFile(join(folder, 'open.yaml'), file)
  const batches = new Map<string, SmallIncident[]>()
  const before = new Map<string, () => Promise<void>>()
  const opened: string[] = []
  const newest = (): string | undefined => [...batches.keys()].sort().at(-1)
  const lake: DashboardLake = {
    incidents: smallColumns,
    timezone: 'America/Chicago',
    references: [],
    stamp: async () => newest(),
    async resolve(ref) {
      const found = ref === 'latest' ? newest() : ref
      if (found !== undefined && batches.has(found)) return found
      throw new BlotterError('batch_missing', `There is no batch ${ref}.`, { todo: 'Take another.' })
    },
    before: async (at) => [...batches.keys()].sort().findLast((one) => one < at),
    async open(at) {
      opened.push(at)
      await before.get(at)?.()
      return openSmallCity(batches.get(at)!)
    },
    openChanged: async (from, to, side) => openSmallCity(batches.get(side === 'before' ? from : to)!),
    openLedger: () => Promise.reject(new Error('not asked for here')),
  }
  const events: DashboardEvent[] = []
  const boards = new Dashboards({
    folder,
    lake,
    memoryBytes,
    threads: 1,
    clock: systemClock,
    log: silentLog,
    tell: (event) => void events.push(event),
    everyMs,
  })
  t.after(async () => {
    await boards[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })
  const value = async (at = 'latest'): Promise<number> => {
    const text = await askFigures(boards, 'open', { at, filters: { keys: {} }, compare: 'none' })
    return (JSON.parse(text) as DashboardFigures).cards.value
  }
  const until: Town['until'] = async (holds) => {
    for (let i = 0; i < 1000 && !holds(); i++) await sleep(10)
    assert.ok(holds())
  }
  return { boards, batches, events, folder, opened, before, value, until }
}

function incidents(open: number, solved = 0): SmallIncident[] {
  const one = { moment: '2025-06-01 12:00:00', kind: 'THEFT', area: 1, night: false, lat: null, lon: null }
  return Array.from({ length: open + solved }, (_, id) => ({ ...one, id, solved: id >= open }))
}

test('a new batch is noticed and loaded while the old one serves, and open pages are told', async (t) => {
  const { boards, batches, events, before, value, until } = await town(t)
  batches.set(FIRST!, incidents(3))
  boards.start()
  assert.equal(await value(), 3)
  let release = (): void => {}
  before.set(SECOND!, () => new Promise((resolve) => (release = resolve)))
  batches.set(SECOND!, incidents(4))
  await until(() => events.some((event) => event.type === 'batch' && event.batch_at === SECOND))
  const during = await boards.open('open', 'latest')
  assert.deepEqual([during.refresh.state, during.loaded.memory.batchAt, await value()], ['loading', FIRST, 3])
  release()
  await until(() => events.some((event) => event.type === 'refresh' && event.state === 'fresh' && event.batch_at === SECOND))
  assert.deepEqual([(await boards.open('open', 'latest')).refresh.state, await value(), await value(FIRST)], ['fresh', 4, 3])
})

test('a refresh that fails is shown, the old batch goes on serving, and the next one mends it', async (t) => {
  const { boards, batches, before, value, until, events } = await town(t)
  batches.set(FIRST!, incidents(3))
  boards.start()
  assert.equal(await value(), 3)
  before.set(SECOND!, () => Promise.reject(new BlotterError('lake_damaged', 'A file is gone.', { todo: 'Look for it.' })))
  batches.set(SECOND!, incidents(4))
  await until(() => events.some((event) => event.type === 'refresh' && event.state === 'failed'))
  const failed = await boards.open('open', 'latest')
  assert.deepEqual(failed.refresh.problem, { code: 'lake_damaged', message: 'A file is gone.', todo: 'Look for it.' })
  assert.equal(await value(), 3)
  before.clear()
  await boards.refresh('open')
  await until(() => events.at(-1)?.type === 'refresh' && (events.at(-1) as { state: string }).state === 'fresh')
  assert.equal(await value(), 4)
})

test('a dashboard whose file is changed shows it; one with a mistake says where, and the old one goes on serving', async (t) => {
  const { boards, batches, folder, value, until, events } = await town(t)
  batches.set(FIRST!, incidents(3, 2))
  boards.start()
  assert.equal(await value(), 3)
  const fresh = (): number => events.filter((event) => event.type === 'refresh' && event.state === 'fresh').length
  await writeFile(join(folder, 'open.yaml'), FILE.replace('solved = false', 'solved = true'))
  await until(() => fresh() === 2)
  assert.equal(await value(), 2)
  await writeFile(join(folder, 'open.yaml'), FILE.replace('dimension: kind', 'dimension: knd'))
  for (let i = 0; i < 500 && (await boards.list()).problems.length === 0; i++) await sleep(10)
  const { problems, dashboards } = await boards.list()
  assert.deepEqual(dashboards, [{ name: 'open', title: 'Open' }])
  assert.deepEqual(problems, [
    {
      file: 'open.yaml',
      line: 11,
      column: 37,
      message: 'charts.0.dimension is not as it has to be: "knd" is no dimension; there are kind, month.',
    },
  ])
  assert.equal(await value(), 2)
  await writeFile(join(folder, 'open.yaml'), FILE.replace('solved = false', 'nonsense = false'))
  await until(() => events.some((event) => event.type === 'refresh' && event.state === 'failed'))
  assert.equal(await value(), 2)
  assert.match((await boards.open('open', 'latest')).refresh.problem?.message ?? '', /nonsense/)
})

test('a map is drawn where its boundaries are, and one with a mistake says where, while the old one goes on', async (t) => {
  const map = '  - { id: map, kind: boundary_map, dimension: kind, boundaries: areas, title: Map }'
  const file = `${FILE}${map}\nboundaries: { areas: { file: areas.geojson, property: no, optional: true } }\n`
  const { boards, batches, folder, value } = await town(t, { file })
  batches.set(FIRST!, incidents(3))
  boards.start()
  assert.equal(await value(), 3)
  const charts = async () => (await boards.open('open', 'latest')).loaded.definition.charts.map(({ id }) => id)
  assert.deepEqual(await charts(), ['kinds'])
  await assert.rejects(boards.shapes('open', 'areas'), { code: 'usage' })
  const ring = [
    [-88, 41],
    [-87, 41],
    [-87, 42],
    [-88, 41],
  ]
  const feature = { type: 'Feature', properties: { no: 'THEFT' }, geometry: { type: 'Polygon', coordinates: [ring] } }
  const geoJson = JSON.stringify({ type: 'FeatureCollection', features: [feature] })
  await writeFile(join(folder, 'areas.geojson'), geoJson)
  for (let i = 0; i < 500 && (await charts()).length === 1; i++) await sleep(10)
  assert.deepEqual(await charts(), ['kinds', 'map'])
  assert.deepEqual(await boards.shapes('open', 'areas'), [{ key: 'THEFT', polygons: [[ring]] }])
  await writeFile(join(folder, 'areas.geojson'), geoJson.replace('"Polygon"', '"Point"'))
  for (let i = 0; i < 500 && (await boards.list()).problems.length === 0; i++) await sleep(10)
  const [problem] = (await boards.list()).problems
  assert.deepEqual([problem?.file, problem?.line, problem?.column], ['areas.geojson', 1, geoJson.indexOf('"Polygon"') + 1])
  assert.equal((await boards.shapes('open', 'areas'))[0]!.key, 'THEFT')
  await writeFile(join(folder, 'open.yaml'), file.replace(', optional: true', ''))
  await writeFile(join(folder, 'areas.geojson'), geoJson)
  for (let i = 0; i < 500 && (await boards.list()).problems.length > 0; i++) await sleep(10)
  await rm(join(folder, 'areas.geojson'))
  for (let i = 0; i < 500 && (await boards.list()).problems.length === 0; i++) await sleep(10)
  const [missing] = (await boards.list()).problems
  assert.deepEqual([missing?.file, missing?.line], ['open.yaml', 13])
  assert.match(missing!.message, /There is no file areas.geojson/)
  assert.deepEqual(await charts(), ['kinds', 'map'])
})

test('a file that was wrong from the start is named with its place to whoever asks for it', async (t) => {
  const { boards, batches, folder } = await town(t, { file: `${FILE}  - { id: kinds` })
  batches.set(FIRST!, incidents(1))
  await assert.rejects(boards.open('open', 'latest'), {
    code: 'dashboard_invalid',
    message: /open\.yaml, line \d+, column \d+/,
  })
  await assert.rejects(boards.open('other', 'latest'), { code: 'dashboard_missing' })
  await cp(join(folder, 'open.yaml'), join(folder, 'other.yaml'))
  assert.match(await readFile(join(folder, 'other.yaml'), 'utf8'), /kinds$/)
})

test('older batches are kept as memory allows, and one that was let go is loaded again', async (t) => {
  const three = new Map([
    [FIRST!, incidents(1)],
    [SECOND!, incidents(1)],
    [THIRD!, incidents(1)],
  ])
  const wide = await town(t)
  for (const [at, list] of three) wide.batches.set(at, list)
  const { sizeBytes } = (await wide.boards.open('open', 'latest')).loaded
  // Half is for the newest batch and others: two fit into it, three do not.
  const narrow = await town(t, { memoryBytes: 5 * sizeBytes })
  for (const [at, list] of three) narrow.batches.set(at, list)
  for (const at of ['latest', FIRST!, SECOND!, SECOND!, FIRST!]) assert.equal(await narrow.value(at), 1)
  assert.deepEqual(narrow.opened, [THIRD, FIRST, SECOND, FIRST])
})

test('more incidents than the memory holds are refused with the setting to change', async (t) => {
  const { boards, batches } = await town(t, { memoryBytes: 200 })
  batches.set(FIRST!, incidents(50))
  await assert.rejects(boards.open('open', 'latest'), { code: 'memory_exhausted' })
})

test('the same question is counted once for a batch, whoever asks and how often', async (t) => {
  const { boards, batches } = await town(t)
  batches.set(FIRST!, incidents(3))
  const ask = (keys: Record<string, string[]>): Promise<string> =>
    askFigures(boards, 'open', { at: 'latest', filters: { keys }, compare: 'none' })
  const [one, two] = await Promise.all([ask({ kind: ['THEFT', 'B'] }), ask({ kind: ['B', 'THEFT'] })])
  assert.equal(one, two)
  assert.notEqual(one, await ask({ kind: ['B'] }))
})

test('a lake that has tables and no batch yet is no failure of the list, and its first batch is noticed', async (t) => {
  const { boards, batches, value } = await town(t)
  boards.lake.stamp = async () => [...batches.keys()].at(-1) ?? 'no batch yet'
  boards.start()
  assert.equal((await boards.list()).dashboards.length, 1)
  await assert.rejects(boards.open('open', 'latest'), { code: 'batch_missing' })
  batches.set(FIRST!, incidents(2))
  const isLoaded = (): Promise<boolean> =>
    boards.open('open', 'latest').then(
      () => true,
      () => false,
    )
  for (let i = 0; i < 500 && !(await isLoaded()); i++) await sleep(10)
  assert.equal(await value(), 2)
})

test('a batch that comes between two looks is loaded for whoever asks, and one that cannot be loaded not by each of them', async (t) => {
  const { boards, batches, before, opened, value } = await town(t, { everyMs: 60_000 })
  boards.lake.stamp = async () => [...batches.keys()].at(-1) ?? 'no batch yet'
  boards.start()
  await assert.rejects(boards.open('open', 'latest'), { code: 'batch_missing' })
  before.set(FIRST!, () => Promise.reject(new BlotterError('lake_damaged', 'A file is gone.', { todo: 'Look for it.' })))
  batches.set(FIRST!, incidents(2))
  for (let asked = 0; asked < 3; asked++) await assert.rejects(boards.open('open', 'latest'), { code: 'lake_damaged' })
  assert.deepEqual(opened, [FIRST])
  batches.set(SECOND!, incidents(4))
  assert.deepEqual(await Promise.all([value(), value()]), [4, 4])
  assert.deepEqual(opened, [FIRST, SECOND])
})
