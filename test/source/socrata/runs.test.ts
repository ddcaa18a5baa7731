import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { loadConfig } from '../../../src/config.ts'
import { silentLog } from '../../../src/log.ts'
import type { RunReport } from '../../../src/model/report.ts'
import { openPlatform } from '../../../src/platform.ts'
import { noRealData, realData } from '../../services/real-data.ts'
import { type SocrataRow, type SocrataServer, startSocrata } from '../../services/socrata.ts'

interface Lake {
  folder: string
  lake: string
  run(options?: { full?: boolean }): Promise<RunReport>
  query(sql: string): Promise<Record<string, unknown>[]>
}

/** A lake in a folder of its own, whose source is this; everything goes with the work. */
async function withLake(
  source: string,
  work: (lake: Lake) => Promise<void>,
  env: Record<string, string> = {},
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'blotter-'))
  const lake = join(folder, 'lake')
  try {
    await using platform = await openPlatform(loadConfig({ env, flags: { lake, source }, cwd: folder }), silentLog)
    await work({
      folder,
      lake,
      run: ({ full = false } = {}) => platform.run({ full }, { signal: new AbortController().signal, onEvent: () => {} }),
      async query(sql) {
        await using result = await platform.query(sql, { signal: AbortSignal.timeout(60_000) })
        return (await Array.fromAsync(result.rows())).flat()
      },
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const COLUMNS = {
  id: 'number',
  date: 'calendar_date',
  primary_type: 'text',
  block: 'text',
  arrest: 'checkbox',
  updated_on: 'calendar_date',
}

const incident = (id: number): SocrataRow => ({
  id: String(id),
  date: `2026-10-${String((id % 28) + 1).padStart(2, '0')}T12:00:00.000`,
  primary_type: ['THEFT', 'BATTERY', 'ROBBERY'][id % 3],
  block: `${id % 10}00XX W ADAMS ST`,
  arrest: id % 4 === 0,
  updated_on: '2026-11-01T15:40:00.000',
})

function startCity(count: number): Promise<SocrataServer> {
  const columns = Object.entries(COLUMNS).map(([fieldName, dataTypeName]) => ({ fieldName, dataTypeName }))
  return startSocrata({ columns, rows: Array.from({ length: count }, (_, i) => incident(i + 1)) })
}

const SELECT = 'select id, date, primary_type, block, arrest, updated_on from raw.crimes order by id'

/** What the raw table should hold, read off the portal's own rows. */
function held({ rows }: SocrataServer): Record<string, unknown>[] {
  const time = (text: unknown): string => String(text).replace('T', ' ').replace('.000', '')
  return rows
    .map(({ row }) => ({
      ...row,
      id: BigInt(String(row['id'])),
      date: time(row['date']),
      updated_on: time(row['updated_on']),
    }))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
}

const pages = ({ asked }: SocrataServer): string[] =>
  asked.filter(({ parameters }) => parameters.has('$order')).map(({ parameters }) => parameters.toString())

describe('Batches of a portal', () => {
  it('hold what it holds, day after day, and each reads no more than what differs', async () => {
    await using server = await startCity(300)
    await withLake(server.url({ page: '90' }), async ({ run, query }) => {
      const first = await run()
      assert.deepEqual([first.rows.read, first.rows.landed, first.changes['new']], [300, 300, 300])
      assert.deepEqual(await query(SELECT), held(server))

      server.remove((row) => ['17', '250'].includes(String(row['id'])))
      server.edit(
        (row) => row['id'] === '5',
        (row) => ({ ...row, arrest: true, updated_on: '2026-11-02T15:40:00.000' }),
      )
      server.put({ ...incident(301), updated_on: '2026-11-02T15:40:00.000' })
      server.asked.length = 0
      const second = await run()
      assert.deepEqual(second.rows, { read: 2, landed: 2, unchanged: 0, quarantined: 0, swept: 299 })
      const { new: added, vanished, arrested } = second.changes
      assert.deepEqual({ added, vanished, arrested }, { added: 1, vanished: 2, arrested: 1 })
      assert.deepEqual(await query(SELECT), held(server))
      const fetched = pages(server).filter((page) => page.includes('primary_type'))
      assert.equal(fetched.length, 1)
      assert.match(decodeURIComponent(fetched[0]!), /id\+in\+\(5,301\)/)

      const third = await run()
      assert.deepEqual([third.rows.read, third.rows.swept], [0, 299])
    })
  })

  it('of a part leave alone what lies outside of it', async () => {
    await using server = await startCity(60)
    await withLake(server.url({ where: "primary_type = 'THEFT'" }), async ({ run, query }) => {
      assert.equal((await run()).rows.landed, 20)
      server.edit(
        (row) => row['id'] === '3',
        (row) => ({ ...row, primary_type: 'ROBBERY', updated_on: '2026-11-02T15:40:00.000' }),
      )
      const report = await run()
      assert.equal(report.changes['vanished'] ?? 0, 0)
      assert.deepEqual(await query('select count(*)::int as n from raw.crimes'), [{ n: 20 }])
    })
  })

  it('are made at the second attempt where the first met a change', async () => {
    await using server = await startCity(100)
    server.onRequest = () => {
      if (pages(server).length !== 2) return
      server.put(incident(101))
      server.onRequest = undefined
    }
    await withLake(server.url({ page: '30' }), async ({ run, query }) => {
      const report = await run()
      assert.equal(report.rows.landed, 101)
      assert.equal(report.steps.find((step) => step.name === 'extract')?.attempts, 2)
      assert.deepEqual(await query(SELECT), held(server))
    })
  })

  it('are not made of a portal that refuses, and the lake is as it was', async () => {
    await using server = await startCity(40)
    await withLake(server.url({ page: '10' }), async ({ run, query }) => {
      await run()
      const before = held(server)
      server.put(incident(41))
      server.misbehave = () => (pages(server).length > 6 ? { status: 403, body: '{"message":"no"}' } : undefined)
      await assert.rejects(run(), { code: 'source_refused' })
      assert.deepEqual(await query(SELECT), before)
    })
  })

  it('are asked for with the app token of the configuration', async () => {
    await using server = await startCity(5)
    const env = { BLOTTER_SOURCE_PASSWORD: 's3cr3t' }
    await withLake(server.url(), async ({ run }) => void (await run()), env)
    assert.ok(server.asked.every(({ headers }) => headers['x-app-token'] === 's3cr3t'))
  })
})

describe('A run of a portal that was killed', () => {
  it('is gone on with from the last complete page, and comes to the same tables', async () => {
    await using server = await startCity(400)
    const source = server.url({ page: '50' })
    await withLake(source, async ({ folder, lake, run, query }) => {
      const program = join(import.meta.dirname, 'programs/run.ts')
      const child = spawn(process.execPath, [program, folder, lake, source], { stdio: 'ignore' })
      server.misbehave = () => {
        if (pages(server).length !== 6) return undefined
        child.kill('SIGKILL')
        return { silent: true }
      }
      const [, signal] = (await once(child, 'exit')) as [unknown, string]
      assert.equal(signal, 'SIGKILL')
      assert.equal(pages(server).length, 6)
      server.misbehave = undefined
      const report = await run()
      assert.equal(report.rows.landed, 400)
      assert.deepEqual(await query(SELECT), held(server))
      assert.equal(pages(server).length, 6 + 3, 'five of eight pages were there')
      assert.equal(new Set(pages(server)).size, 8)
    })
  })
})

describe('Real rows', { skip: noRealData() }, () => {
  const sample = (): string => join(realData()!, 'samples/44_soda_json_liptiavenica_2019-10.json')

  for (const format of ['json', 'csv']) {
    it(`come out of a portal in ${format.toUpperCase()} as they come out of a file`, async () => {
      const rows = JSON.parse(readFileSync(sample(), 'utf8')) as SocrataRow[]
      const names = [...new Set(rows.flatMap((row) => Object.keys(row)))]
      const columns = names.map((fieldName) => ({ fieldName, dataTypeName: fieldName === 'id' ? 'number' : 'text' }))
      await using server = await startSocrata({ columns, rows })
      const all = 'select * exclude (batch_at) from raw.crimes order by id'
      const read = async (source: string): Promise<[RunReport, unknown]> => {
        let found: [RunReport, unknown] | undefined
        await withLake(source, async ({ run, query }) => void (found = [await run(), await query(all)]))
        return found!
      }
      const [{ rows: counts, repairs, warnings }, table] = await read(server.url({ page: '300', format }))
      const [file, fileTable] = await read(`file:${sample()}`)
      const { rows: fileCounts, repairs: fileRepairs, warnings: fileWarnings } = file
      assert.equal((fileTable as unknown[]).length, 1000)
      assert.deepEqual(table, fileTable)
      // A file’s reader warns of the portal's own columns; from the portal they do not come at all.
      assert.deepEqual(fileWarnings, { unknown_column: 8 })
      assert.deepEqual([counts, repairs, warnings], [fileCounts, fileRepairs, {}])
    })
  }
})
