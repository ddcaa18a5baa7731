import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { loadConfig } from '../../src/config.ts'
import { silentLog } from '../../src/log.ts'
import type { RunReport } from '../../src/model/report.ts'
import { openPlatform, type Platform } from '../../src/platform.ts'
import type { DatabaseServer } from '../services/database-process.ts'
import { NO_MARIADB, startMariaDb } from '../services/mariadb.ts'
import { noRealData, realData } from '../services/real-data.ts'
import { tmpdir } from 'node:os'
import { watch } from './city.ts'

/** Computed from the raw bytes by a script in another language: see test/quality/expected/README.md. */
interface Expected {
  rows: number
  keys: number
  quarantined: Record<string, number>
  repairs: Record<string, number>
  without_arrest: number
  top_types_without_arrest: [string, number][]
  lacks?: string[]
}
const expected = JSON.parse(await readFile(new URL('../quality/expected/expected.json', import.meta.url), 'utf8')) as Record<
  string,
  Expected
>
const usable = Object.entries(expected).filter(([, file]) => file.without_arrest !== undefined)
const data = realData() ?? ''

async function withLake<T>(
  source: string,
  env: Record<string, string>,
  work: (platform: Platform) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'blotter-real-'))
  try {
    const flags = { lake: join(folder, 'lake'), source }
    await using platform = await openPlatform(loadConfig({ env, flags, cwd: folder }), silentLog)
    return await work(platform)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function rowsOf(platform: Platform, sql: string, at = 'latest'): Promise<Record<string, unknown>[]> {
  await using result = await platform.query(sql, { at, signal: AbortSignal.timeout(60_000) })
  const rows: Record<string, unknown>[] = []
  for await (const some of result.rows()) rows.push(...some)
  return rows
}

/** What the lake says of itself, in the words of `expected.json`. */
async function found(platform: Platform, report: RunReport) {
  const [counts] = await rowsOf(
    platform,
    `select (select count(distinct id) from raw.crimes)::int as keys, (select count(*) from processed.crimes_without_arrest)::int as without_arrest`,
  )
  const top = await rowsOf(
    platform,
    'select primary_type, count(*)::int as n from processed.crimes_without_arrest group by all order by n desc, primary_type limit 5',
  )
  return {
    rows: report.rows.read,
    keys: counts!['keys'],
    quarantined: report.rows.quarantined,
    without_arrest: counts!['without_arrest'],
    top_types_without_arrest: top.map((row) => [row['primary_type'], row['n']]),
  }
}

function wanted(file: Expected) {
  const { rows, keys, without_arrest, top_types_without_arrest } = file
  return { rows, keys, quarantined: bad(file), without_arrest, top_types_without_arrest }
}

const bad = (file: Expected): number => Object.values(file.quarantined).reduce((sum, n) => sum + n, 0)

describe('Every real file, through the file source', { skip: noRealData() }, () => {
  for (const [name, file] of usable) {
    test(name, () =>
      withLake(`file:${join(data, name)}`, {}, async (platform) => {
        const report = await platform.run({ full: false }, watch())
        assert.deepEqual(await found(platform, report), wanted(file))
        assert.deepEqual(report.repairs, file.repairs)
        assert.equal(report.rows.landed, file.keys)
      }),
    )
  }
})

describe('Every real file, loaded into MariaDB and read from there', { skip: noRealData() }, () => {
  let server: DatabaseServer | undefined
  before(async () => {
    server = await startMariaDb()
    await server?.admin('CREATE DATABASE city')
  })
  after(() => server?.stop())

  for (const [i, [name, file]] of usable.entries()) {
    test(name, async (t) => {
      if (!server) return t.skip(NO_MARIADB)
      const url = server.url('city', `crimes_${i}`)
      await withLake(url, { BLOTTER_SOURCE_PASSWORD: server.password }, async (platform) => {
        const loaded = await platform.load({ from: `file:${join(data, name)}`, into: url }, watch())
        assert.deepEqual(loaded.rows, { read: file.rows, inserted: file.keys, updated: 0, unchanged: 0, refused: bad(file) })
        const again = await platform.load({ from: `file:${join(data, name)}`, into: url }, watch())
        assert.deepEqual(again.rows, { read: file.rows, inserted: 0, updated: 0, unchanged: file.keys, refused: bad(file) })
        const report = await platform.run({ full: false }, watch())
        assert.deepEqual(await found(platform, report), { ...wanted(file), rows: file.keys, quarantined: 0 })
      })
    })
  }
})

/** Cell by cell, worked out by another program from the two exports. */
async function cellChanges(pair: string): Promise<Map<number, Set<string>>> {
  const text = gunzipSync(await readFile(join(data, 'pairs', `${pair}.changes.csv.gz`))).toString()
  const cells = new Map<number, Set<string>>()
  for (const line of text.trim().split('\n').slice(1)) {
    const [id, column] = line.split(',')
    cells.set(Number(id), (cells.get(Number(id)) ?? new Set()).add(column!))
  }
  return cells
}

async function idsOf(pair: string, side: 'old' | 'new'): Promise<Set<number>> {
  const text = gunzipSync(await readFile(join(data, 'pairs', `${pair}.${side}.csv.gz`))).toString()
  return new Set(
    text
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => Number(line.split(',', 1)[0])),
  )
}

describe(
  'Each pair of exports, one after the other: the ledger against a comparison made elsewhere',
  { skip: noRealData() },
  () => {
    for (const pair of [
      'A_2024-09_asof_2025-08_vs_2026-05',
      'D_homicides_asof_2018-08_vs_2024-05',
      'E_2014-03_asof_2014-04_vs_2018-11',
    ]) {
      test(pair, () =>
        withLake(`file:${join(data, 'pairs', pair)}.old.csv.gz`, {}, async (older) => {
          const first = await older.run({ full: false, at: '2026-02-01T06:00:00Z' }, watch())
          const lake = first.tables.length > 0 ? await lakeOf(older) : ''
          const flags = { lake, source: `file:${join(data, 'pairs', pair)}.new.csv.gz` }
          const config = loadConfig({ env: { BLOTTER_GUARDS_VANISHED_MAX: '100%' }, flags, cwd: lake })
          await using newer = await openPlatform(config, silentLog)
          const report = await newer.run({ full: true, at: '2026-02-02T06:00:00Z' }, watch())

          const [old, now, cells] = [await idsOf(pair, 'old'), await idsOf(pair, 'new'), await cellChanges(pair)]
          assert.equal(report.changes['new'] ?? 0, [...now].filter((id) => !old.has(id)).length)
          assert.equal(report.changes['vanished'] ?? 0, [...old].filter((id) => !now.has(id)).length)
          const restamped = [...cells.values()].filter((columns) => columns.size === 1 && columns.has('updated_on')).length
          assert.equal(report.changes['restamped'] ?? 0, restamped)

          const diff = await newer.diff('latest~1', 'latest', { rows: true })
          const told = diff.changes!.filter((change) => change.columns.length > 0)
          const listed = Object.fromEntries(told.map((change) => [change.id, [...change.columns].sort()]))
          const wantedCells = [...cells].filter(([, columns]) => columns.size > 1 || !columns.has('updated_on'))
          assert.deepEqual(listed, Object.fromEntries(wantedCells.map(([id, columns]) => [id, [...columns].sort()])))
        }),
      )
    }
  },
)

async function lakeOf(platform: Platform): Promise<string> {
  const [check] = (await platform.doctor({ rebuild: false })).filter((one) => one.name === 'lake folder')
  return check!.message.replace(/ can be written$/, '')
}
