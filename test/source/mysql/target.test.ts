import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import fc from 'fast-check'
import { openMysqlSource } from '../../../src/source/mysql/source.ts'
import { type MysqlTarget, openMysqlTarget } from '../../../src/source/mysql/target.ts'
import type { DatabaseServer } from '../../services/database-process.ts'
import { NO_MARIADB, startMariaDb } from '../../services/mariadb.ts'
import { NO_MYSQL, startMySql } from '../../services/mysql.ts'
import { openWorkbench } from '../contract.ts'
import { trees } from '../trees.ts'

const NEVER = new AbortController().signal
const servers = await Promise.all([startMariaDb(), startMariaDb(['--local-infile=0']), startMySql()])
const [maria, careful, mysql] = servers
after(() => Promise.all(servers.map((server) => server?.stop())))

type Tree = [
  id: bigint,
  kind: string | null,
  felled: boolean | null,
  rings: number | null,
  height: number | null,
  seen: string | null,
]

let tables = 0
const newTable = (): string => `trees_${++tables}`

function open(server: DatabaseServer, table: string, as?: { user: string; password: string }): Promise<MysqlTarget> {
  const url = server.url('city', table).replace('//blotter@', `//${as?.user ?? 'blotter'}@`)
  return openMysqlTarget(url, { definition: trees, password: as?.password ?? server.password, signal: NEVER })
}

function columnsOf(rows: readonly Tree[]): unknown[][] {
  return trees.columns.map((_, i) => rows.map((row) => row[i]))
}

async function upsert(server: DatabaseServer, table: string, rows: readonly Tree[]) {
  await using target = await open(server, table)
  return await target.upsert(columnsOf(rows))
}

async function read(server: DatabaseServer, table: string): Promise<Tree[]> {
  const source = openMysqlSource(server.url('city', table), { table, password: server.password })
  await using bench = await openWorkbench()
  await using view = await source.open(NEVER)
  const rows = await bench.read(await view.extract({ stage: bench.stage, signal: NEVER, progress: () => {} }))
  return rows.map((row) => [
    row['id'] as bigint,
    row['kind'] as string | null,
    row['felled'] === null ? null : row['felled'] === 1n,
    row['rings'] === null ? null : Number(row['rings']),
    row['height'] as number | null,
    row['seen_on'] as string | null,
  ])
}

const tree = (id: number, kind: string | null): Tree => [BigInt(id), kind, true, 10, 1.5, '2024-03-10 02:30:00']

for (const [name, server, missing] of [
  ['MariaDB', maria, NO_MARIADB],
  ['a MariaDB that takes no local files', careful, NO_MARIADB],
  ['MySQL', mysql, NO_MYSQL],
] as const) {
  describe(`Loading into ${name}`, { skip: server ? false : missing }, () => {
    it('creates the table as it is declared, once', async () => {
      await server!.admin('CREATE DATABASE city')
      const table = newTable()
      {
        await using target = await open(server!, table)
        assert.deepEqual([target.table, target.created], [table, true])
      }
      await using target = await open(server!, table)
      assert.equal(target.created, false)
      const [row] = await server!.admin(`SHOW CREATE TABLE city.${table}`)
      const sql = String(row!['Create Table'])
      assert.match(sql, /`id` bigint\S* NOT NULL,\s+`kind` varchar\(255\)/)
      assert.match(sql, /`felled` tinyint\(1\)[^,]*,[^,]*,[^,]*,\s+`seen_on` datetime/)
      assert.match(sql, /PRIMARY KEY \(`id`\),\s+KEY `seen_on` \(`seen_on`\)/)
      assert.match(sql, /CHARSET=utf8mb4/)
    })

    it('inserts, updates and leaves alone, and counts each', async () => {
      const table = newTable()
      const first = [tree(1, 'oak'), tree(2, 'ash')]
      assert.deepEqual(await upsert(server!, table, first), { inserted: 2, updated: 0, unchanged: 0 })
      const again = [tree(1, 'oak'), tree(2, 'elm'), tree(3, null)]
      assert.deepEqual(await upsert(server!, table, again), { inserted: 1, updated: 1, unchanged: 1 })
      assert.deepEqual(await upsert(server!, table, [tree(3, null)]), { inserted: 0, updated: 0, unchanged: 1 })
      assert.deepEqual(await upsert(server!, table, [tree(3, 'fir')]), { inserted: 0, updated: 1, unchanged: 0 })
      assert.deepEqual(await upsert(server!, table, []), { inserted: 0, updated: 0, unchanged: 0 })
      assert.deepEqual(await read(server!, table), [tree(1, 'oak'), tree(2, 'elm'), tree(3, 'fir')])
    })

    it('takes the later of two rows with one key, and counts both', async () => {
      for (const before of [[], [tree(9, 'yew')]]) {
        const table = newTable()
        await upsert(server!, table, before)
        const counts = await upsert(server!, table, [tree(1, 'oak'), tree(2, 'ash'), tree(1, 'elm')])
        assert.deepEqual(counts, { inserted: 2, updated: 1, unchanged: 0 })
        assert.deepEqual(await read(server!, table), [tree(1, 'elm'), tree(2, 'ash'), ...before])
      }
    })

    it('brings every value back as it was', async () => {
      const texts = fc.oneof(
        fc.string({ unit: 'binary', maxLength: 60 }),
        fc.string({ unit: fc.constantFrom(...'\\\t\n\r\0\u001a\'"`N% é😀'), maxLength: 12 }),
      )
      // MySQL has no infinity, and reads what is next to nothing as 0.
      const doubles = fc.double({ noNaN: true, min: -1e300, max: 1e300 }).filter((n) => n === 0 || Math.abs(n) > 1e-300)
      const rows = fc.sample(
        fc.tuple(
          fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
          fc.option(texts.filter((text) => text.isWellFormed())),
          fc.option(fc.boolean()),
          fc.option(fc.integer()),
          fc.option(doubles),
          fc.option(fc.constantFrom('2024-03-10 02:30:00', '1999-12-31 23:59:59')),
        ),
        { numRuns: 1500, seed: 7 },
      ) as Tree[]
      const unique = [...new Map(rows.map((row) => [row[0], row.map((v) => (Object.is(v, -0) ? 0 : v)) as Tree])).values()]
      const expected = unique.toSorted((a, b) => (a[0] < b[0] ? -1 : 1))
      for (const before of [[], [expected[0]!]]) {
        const table = newTable()
        await upsert(server!, table, before)
        await upsert(server!, table, unique)
        assert.deepEqual(await read(server!, table), expected)
      }
    })

    it('refuses a value that does not fit instead of cutting it, and loads nothing of its chunk', async () => {
      for (const before of [[], [tree(9, 'yew')]]) {
        const table = newTable()
        await upsert(server!, table, before)
        const wide = [tree(1, 'oak'), tree(2, 'x'.repeat(256))]
        await using target = await open(server!, table)
        const refusal = { code: 'source_refused', message: /Data (too long|truncated) for column .kind./ }
        await assert.rejects(target.upsert(columnsOf(wide)), refusal)
        assert.deepEqual(await read(server!, table), before)
        await target.upsert(columnsOf([tree(3, 'fir')]))
        assert.deepEqual(await read(server!, table), [tree(3, 'fir'), ...before])
      }
    })

    it('takes a table that is there only if it has the columns and the key', async () => {
      const less = newTable()
      const keyless = newTable()
      const columns = 'kind TEXT, felled BOOL, rings INT, height DOUBLE, seen_on DATETIME(3), more INT DEFAULT 5'
      await server!.admin(
        `USE city; CREATE TABLE ${less} (id BIGINT PRIMARY KEY, kind TEXT);
         CREATE TABLE ${keyless} (id BIGINT, ${columns}); CREATE TABLE roomy (ID BIGINT PRIMARY KEY, ${columns})`,
      )
      await assert.rejects(open(server!, less), { code: 'source_column_missing', message: /felled, rings, height, seen_on/ })
      await assert.rejects(open(server!, keyless), { code: 'source_key_missing' })
      assert.deepEqual(await upsert(server!, 'roomy', [tree(1, 'oak')]), { inserted: 1, updated: 0, unchanged: 0 })
    })

    it('needs no more rights than it says', async () => {
      await server!.admin("CREATE USER loader@'%' IDENTIFIED BY 'l'")
      for (const before of [[], [tree(1, 'oak')]]) {
        const table = newTable()
        await upsert(server!, table, before)
        await server!.admin(`GRANT SELECT, INSERT, UPDATE ON city.${table} TO loader@'%'`)
        await using target = await open(server!, table, { user: 'loader', password: 'l' })
        const counts = await target.upsert(columnsOf([tree(1, 'elm'), tree(2, 'ash')]))
        assert.deepEqual(counts, { inserted: 2 - before.length, updated: before.length, unchanged: 0 })
      }
    })

    it('says that the database is missing', async () => {
      const url = server!.url('town', 'trees')
      const opening = openMysqlTarget(url, { definition: trees, password: server!.password, signal: NEVER })
      await assert.rejects(opening, { code: 'source_table_missing', message: /no database "town"/ })
    })
  })
}
