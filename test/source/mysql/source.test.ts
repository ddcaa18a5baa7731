import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { openMysqlSource } from '../../../src/source/mysql/source.ts'
import type { FoundColumn, Source } from '../../../src/source/source.ts'
import type { DatabaseServer } from '../../services/database-process.ts'
import { NO_MARIADB, startMariaDb } from '../../services/mariadb.ts'
import { NO_MYSQL, startMySql } from '../../services/mysql.ts'
import { type ContractRow, describeSource, NEVER, openWorkbench } from '../contract.ts'

const maria = await startMariaDb()
const mysql = await startMySql()
after(() => Promise.all([maria?.stop(), mysql?.stop()]))

let tables = 0

type Reader = 'fast' | 'plain'

async function contractTable(
  server: DatabaseServer,
  rows: readonly ContractRow[],
  reader: Reader = 'fast',
): Promise<Source> {
  const table = `contract_${++tables}`
  const columns = 'id BIGINT PRIMARY KEY, name VARCHAR(100), size DOUBLE, seen_on DATETIME'
  const statements = [
    'CREATE DATABASE IF NOT EXISTS city CHARACTER SET utf8mb4',
    'USE city',
    'SET SESSION unique_checks = 0',
    `CREATE TABLE ${table} (${columns})`,
  ]
  for (let from = 0; from < rows.length; from += 5000) {
    const some = rows.slice(from, from + 5000)
    const values = some.map((row) => `(${row.id}, ${text(row.name)}, ${row.size}, ${text(row.seen_on)})`)
    statements.push(`INSERT INTO ${table} VALUES ${values.join(', ')}`)
  }
  await server.admin(statements.join(';\n'))
  return openMysqlSource(server.url('city', table), { table: 'crimes', password: server.password, reader })
}

function text(value: string | null): string {
  return value === null ? 'NULL' : `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
}

for (const [name, server, missing] of [
  ['MariaDB', maria, NO_MARIADB],
  ['MySQL', mysql, NO_MYSQL],
] as const) {
  for (const reader of ['fast', 'plain'] as const) {
    describeSource(`${name} by the ${reader} reader`, {
      make: (rows) => contractTable(server!, rows, reader),
      skip: server ? false : missing,
    })
  }

  describe(`A table of ${name}`, { skip: server ? false : missing }, () => {
    it('looks the same until a row comes, goes or has a newer stamp', async () => {
      const { url } = await contractTable(server!, [{ id: 1n, name: 'first', size: 1, seen_on: '2026-03-08 02:30:00' }])
      const table = new URL(url).searchParams.get('table')
      const locateCursor = (columns: readonly FoundColumn[]) => columns.find((column) => column.name === 'seen_on')
      const mark = (located = true): Promise<string> =>
        openMysqlSource(url, { table: 'crimes', password: server!.password, ...(located ? { locateCursor } : {}) }).mark!(
          NEVER,
        )
      assert.equal(await mark(), '1 rows, the newest of 2026-03-08 02:30:00')
      assert.equal(await mark(false), '1 rows, the newest of no time')
      await server!.admin(`UPDATE city.${table} SET seen_on = '2026-03-08 02:30:01'`)
      assert.equal(await mark(), '1 rows, the newest of 2026-03-08 02:30:01')
      await server!.admin(`INSERT INTO city.${table} VALUES (2, 'second', 2, NULL)`)
      assert.equal(await mark(), '2 rows, the newest of 2026-03-08 02:30:01')
    })
  })

  describe(`${name}’s snapshot`, { skip: server ? false : missing }, () => {
    it('stays as it was while others write', async () => {
      const source = await contractTable(server!, [{ id: 1n, name: 'first', size: 1, seen_on: null }])
      const table = new URL(source.url).searchParams.get('table')
      await using bench = await openWorkbench()
      await using view = await source.open(NEVER)
      await server!.admin(`INSERT INTO city.${table} VALUES (2, 'second', 2, NULL); UPDATE city.${table} SET name = 'other'`)
      const { rows, counted, parts } = await view.extract({ stage: bench.stage, signal: NEVER, progress: () => {} })
      assert.deepEqual([rows, counted], [1, 1])
      assert.deepEqual(
        (await bench.read({ rows, parts })).map((row) => row['name']),
        ['first'],
      )
    })
  })
}
