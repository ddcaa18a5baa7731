import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import fc from 'fast-check'
import { loadConfig } from '../../../src/config.ts'
import { silentLog } from '../../../src/log.ts'
import type { RunReport } from '../../../src/model/report.ts'
import { openPlatform } from '../../../src/platform.ts'
import { loadPipeline } from '../../../src/pipeline/definition/load.ts'
import { createTableSql } from '../../../src/source/mysql/table-sql.ts'
import { NO_MARIADB, startMariaDb } from '../../services/mariadb.ts'
import { testFolder } from '../../state/folder.ts'
import { watch } from '../city.ts'

const server = await startMariaDb()
after(() => server?.stop())
const { source: definition } = await loadPipeline(join(import.meta.dirname, '../../../pipelines/chicago-crimes'))

interface Crime {
  block: string
  stamp: string | null
  isBad: boolean
}
type Table = Map<number, Crime>

const edits = fc.array(
  fc.record({ id: fc.integer({ min: 1, max: 40 }), what: fc.constantFrom('put', 'put', 'remove', 'unstamp', 'spoil') }),
  { minLength: 4, maxLength: 25 },
)

function apply(table: Table, { id, what }: { id: number; what: string }, n: number): void {
  if (what === 'remove') return void table.delete(id)
  const stamp = `2026-01-01 12:${String(n % 60).padStart(2, '0')}:${String(Math.floor(n / 60)).padStart(2, '0')}.${n % 3}00`
  table.set(id, { block: `${n}XX W ADAMS ST`, stamp: what === 'unstamp' ? null : stamp, isBad: what === 'spoil' })
}

/** Puts rows into the server that are as the table says. */
async function publish(name: string, table: Table): Promise<void> {
  const rows = [...table].map(([id, { block, stamp, isBad }]) => {
    const date = isBad ? '0000-00-00 00:00:00' : '2025-12-01 12:00:00.500'
    return `(${id}, '${date}', 'THEFT', false, '${block}', ${stamp === null ? 'NULL' : `'${stamp}'`})`
  })
  const insert = `INSERT INTO ${name} (id, date, primary_type, arrest, block, updated_on) VALUES ${rows.join(', ')}`
  await server!.admin(`USE city; SET sql_mode = ''; DELETE FROM ${name}; ${rows.length > 0 ? insert : 'SELECT 1'}`)
}

describe('Batches of a table', { skip: server ? false : NO_MARIADB }, () => {
  it('bring every row whose stamp has changed, keep bad ones once, and leave the others as they are', async (t) => {
    let tables = 0
    await fc.assert(
      fc.asyncProperty(fc.array(edits, { minLength: 3, maxLength: 3 }), async (days) => {
        const name = `batches${++tables}`
        const wide = 'MODIFY updated_on DATETIME(3), MODIFY date DATETIME(3)'
        await server!.admin(
          `CREATE DATABASE IF NOT EXISTS city; USE city; ${createTableSql(name, definition)}; ALTER TABLE ${name} ${wide}`,
        )
        const folder = testFolder(t)
        const flags = { lake: join(folder, 'lake'), source: server!.url('city', name) }
        const env = { BLOTTER_SOURCE_PASSWORD: server!.password }
        await using platform = await openPlatform(loadConfig({ env, flags, cwd: folder }), silentLog)
        const rowsOf = async (sql: string): Promise<Record<string, unknown>[]> => {
          await using result = await platform.query(sql, { signal: watch().signal })
          return (await Array.fromAsync(result.rows())).flat()
        }
        const source: Table = new Map(
          Array.from({ length: 3000 }, (_, i) => [i + 41, { block: 'X', stamp: null, isBad: false }]),
        )
        const lake: Table = new Map()
        const bad = new Set<string>()
        let n = 0
        for (const day of days) {
          for (const one of day) apply(source, one, ++n)
          await publish(name, source)
          let landed = 0
          for (const id of lake.keys()) if (!source.has(id)) lake.delete(id)
          for (const [id, crime] of source) {
            const known = lake.get(id)
            if (crime.isBad) bad.add(JSON.stringify([id, crime]))
            // A batch after the first goes by the stamp alone, and one without is like another one without.
            else if (!known || known.stamp !== crime.stamp) {
              landed++
              lake.set(id, crime)
            }
          }
          const report = (await platform.run({ full: false }, watch())) as RunReport
          assert.deepEqual([report.state, report.rows.landed], ['succeeded', landed])
          assert.equal(report.rows.swept, report.kind === 'full' ? 0 : source.size)
          assert.deepEqual(
            await rowsOf(
              "SELECT id::INT AS id, block, strftime(updated_on, '%Y-%m-%d %H:%M:%S.%g') AS stamp FROM raw.crimes ORDER BY id",
            ),
            [...lake].sort(([a], [b]) => a - b).map(([id, { block, stamp }]) => ({ id, block, stamp })),
          )
          const [quarantined] = await rowsOf('SELECT count(*)::INT AS n FROM quarantine.crimes')
          assert.equal(quarantined?.['n'], bad.size)
        }
      }),
      { numRuns: 2 },
    )
  })
})
