import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { loadConfig } from '../../../src/config.ts'
import { silentLog } from '../../../src/log.ts'
import type { RunReport } from '../../../src/model/report.ts'
import { openPlatform } from '../../../src/platform.ts'
import { loadPipeline } from '../../../src/pipeline/definition/load.ts'
import { createTableSql } from '../../../src/source/mysql/table-sql.ts'
import { NO_MARIADB, startMariaDb } from '../../services/mariadb.ts'
import { watch } from '../city.ts'

const server = await startMariaDb()
after(() => server?.stop())
const { source: definition } = await loadPipeline(join(import.meta.dirname, '../../../pipelines/chicago-crimes'))

const AT = '2026-11-23T06:00:00Z'
const CLEAN = {
  id: 1,
  date: "'2024-03-10 02:30:00'",
  iucr: "'0820'",
  primary_type: "'THEFT'",
  arrest: 0,
  ward: 42,
  latitude: 41.881832,
  location: "'(41.881832, -87.623177)'",
  updated_on: "'2024-03-17 15:40:52'",
}

/** What the first batch of a table makes of it: its report, and the rows of raw and of quarantine. */
async function firstBatch(table: string, columns: Record<string, string>) {
  const folder = await mkdtemp(join(tmpdir(), 'blotter-'))
  try {
    const env = { BLOTTER_SOURCE_PASSWORD: server!.password }
    const config = loadConfig({
      env,
      flags: { lake: join(folder, 'lake'), source: server!.url('city', table) },
      cwd: folder,
    })
    const given = { ...config, source: { ...config.source, columns } }
    await using platform = await openPlatform(given, silentLog)
    const { rows, repairs, warnings, changes } = (await platform.run({ full: false, at: AT }, watch())) as RunReport
    const tables: unknown[] = []
    for (const name of ['raw.crimes', 'quarantine.crimes', 'processed.crimes_without_arrest']) {
      const hidden = name.startsWith('quarantine')
        ? ' EXCLUDE (run)'
        : name.startsWith('processed')
          ? ' EXCLUDE (processed_at)'
          : ''
      await using result = await platform.query(`SELECT *${hidden} FROM ${name} ORDER BY ALL`, {
        signal: AbortSignal.timeout(60_000),
      })
      for await (const some of result.rows()) tables.push(...some)
    }
    return { rows, repairs, warnings, changes, tables }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

describe('The first batch of a table', { skip: server ? false : NO_MARIADB }, () => {
  const tables: Record<string, Record<string, unknown>[]> = {
    sound: [{}, { id: 2, arrest: 'NULL', ward: 'NULL', description: "''" }, { id: 3, arrest: 1, location: 'NULL' }],
    repaired: [{}, { id: 2, iucr: "'820'", location: "'41.9, -87.7'" }],
    unreadable: [{}, { id: 2, arrest: 2 }, { id: 3, date: "'1899-12-30 00:00:00'" }],
    zeroed: [{}, { id: 2, date: "'0000-00-00 00:00:00'" }, { id: 3, updated_on: "'2024-00-15 00:00:00'" }],
  }
  for (const [name, rows] of Object.entries(tables)) {
    it(`is the same whether its rows are staged as declared or as found: ${name}`, async () => {
      const inserts = rows.map((row) => {
        const values = { ...CLEAN, ...row }
        return `INSERT INTO ${name} (${Object.keys(values).join(', ')}) VALUES (${Object.values(values).join(', ')})`
      })
      const create = createTableSql(name, definition)
      await server!.admin(
        `CREATE DATABASE IF NOT EXISTS city; USE city; SET sql_mode = ''; ${[create, ...inserts].join('; ')}`,
      )
      // A configuration that renames columns has its rows staged as they are found.
      const [declared, found] = [await firstBatch(name, {}), await firstBatch(name, { id: 'id' })]
      assert.deepEqual(declared, found)
      assert.equal(declared.rows.read, rows.length)
    })
  }
})
