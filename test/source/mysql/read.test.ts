import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { openMysqlSource } from '../../../src/source/mysql/source.ts'
import type { Stage } from '../../../src/source/source.ts'
import { NO_MARIADB, startMariaDb } from '../../services/mariadb.ts'
import { NEVER, openWorkbench } from '../contract.ts'

const server = await startMariaDb()
await server?.admin('CREATE DATABASE city')
after(() => server?.stop())

function sourceOf(table: string) {
  return openMysqlSource(server!.url('city', table), { table: 'crimes', password: server!.password, reader: 'plain' })
}

/** The stage with the sizes of chunks noted and something done at each. */
function watched(stage: Stage, atWrite: (rows: number) => Promise<void>): Stage & { abandoned: boolean } {
  const result = {
    ...stage,
    abandoned: false,
    chunkWriter: async (...args: Parameters<Stage['chunkWriter']>) => {
      const writer = await stage.chunkWriter(...args)
      return {
        ...writer,
        async write(columns: readonly (readonly unknown[])[]) {
          await atWrite(columns[0]!.length)
          await writer.write(columns)
        },
        abandon() {
          result.abandoned = true
          return writer.abandon()
        },
      }
    },
  }
  return result
}

describe('Reading a table', { skip: server ? false : NO_MARIADB }, () => {
  it('hands rows on in chunks, wide ones sooner, and tells how far it is', async () => {
    await server!.admin(
      `USE city;
       CREATE TABLE wide (id INT PRIMARY KEY, t LONGTEXT);
       INSERT INTO wide SELECT seq, REPEAT('x', 5000000) FROM seq_1_to_12;
       CREATE TABLE slim (id INT PRIMARY KEY);
       INSERT INTO slim SELECT seq FROM seq_1_to_20000`,
    )
    const sizes: number[] = []
    const told: number[] = []
    await using bench = await openWorkbench()
    const stage = watched(bench.stage, async (rows) => {
      sizes.push(rows)
      if (sizes.length === 2) await new Promise((resolve) => setTimeout(resolve, 300))
    })
    for (const table of ['wide', 'slim']) {
      await using view = await sourceOf(table).open(NEVER)
      await view.extract({ stage, signal: NEVER, progress: (rows) => told.push(rows) })
    }
    assert.deepEqual(sizes, [7, 5, 8192, 8192, 3616])
    assert.ok(told.length > 0 && told.every((rows) => [7, 12, 8192, 16_384].includes(rows)), told.join())
  })

  it('reads a table without a primary key, though only whole', async () => {
    const rows = '(2, 1), (1, 1), (1, 1), (NULL, 3)'
    await server!.admin(`CREATE TABLE city.keyless (id INT, n INT); INSERT INTO city.keyless VALUES ${rows}`)
    await using bench = await openWorkbench()
    await using view = await sourceOf('keyless').open(NEVER)
    assert.deepEqual([view.sweep, view.fetch], [undefined, undefined])
    const extracted = await view.extract({ stage: bench.stage, signal: NEVER, progress: () => {} })
    assert.deepEqual([extracted.rows, extracted.counted], [4, 4])
  })

  it('throws away what it staged when the writer fails, and says why', async () => {
    await server!.admin('USE city; CREATE TABLE full (id INT PRIMARY KEY); INSERT INTO full SELECT seq FROM seq_1_to_50000')
    await using bench = await openWorkbench()
    const full = Object.assign(new Error('No space left on device'), { code: 'ENOSPC' })
    const stage = watched(bench.stage, () => Promise.reject(full))
    await using view = await sourceOf('full').open(NEVER)
    await assert.rejects(view.extract({ stage, signal: NEVER, progress: () => {} }), full)
    assert.equal(stage.abandoned, true)
  })

  it('fails when the server dies half-way, with all that was staged thrown away', async () => {
    const mortal = (await startMariaDb())!
    await mortal.admin(
      'CREATE DATABASE city; USE city; CREATE TABLE city.long (id INT PRIMARY KEY, t VARCHAR(200));' +
        "INSERT INTO city.long SELECT seq, REPEAT('x', 200) FROM seq_1_to_100000",
    )
    await using bench = await openWorkbench()
    const stage = watched(bench.stage, async () => mortal.stop())
    const source = openMysqlSource(mortal.url('city', 'long'), { table: 'long', password: mortal.password, reader: 'plain' })
    await using view = await source.open(NEVER)
    const extraction = view.extract({ stage, signal: NEVER, progress: () => {} })
    await assert.rejects(extraction, { code: 'source_lost', remedy: 'retry', message: /What was read is thrown away/ })
    assert.equal(stage.abandoned, true)
  })

  it('says that a table was altered since its snapshot', async () => {
    await server!.admin('CREATE TABLE city.altered (id INT PRIMARY KEY, n INT)')
    await using bench = await openWorkbench()
    await using view = await sourceOf('altered').open(NEVER)
    await server!.admin('ALTER TABLE city.altered DROP COLUMN n, ADD COLUMN m INT, ALGORITHM = COPY')
    const extraction = view.extract({ stage: bench.stage, signal: NEVER, progress: () => {} })
    await assert.rejects(extraction, { code: 'source_changed', remedy: 'retry' })
  })

  it('fetches many times with no statement left at the server', async () => {
    await server!.admin(
      'USE city; CREATE TABLE often (id BIGINT PRIMARY KEY); INSERT INTO often SELECT seq FROM seq_1_to_300',
    )
    await using bench = await openWorkbench()
    await using view = await sourceOf('often').open(NEVER)
    async function* keys(): AsyncGenerator<bigint[]> {
      for (let key = 1n; key <= 300n; key++) yield [key]
    }
    const options = { stage: bench.stage, signal: NEVER, progress: () => {} }
    assert.equal((await view.fetch!({ ...options, key: 'id', keys: keys() })).rows, 300)
    const [row] = await server!.admin("SHOW GLOBAL STATUS LIKE 'Prepared_stmt_count'")
    assert.ok(Number(row!['Value']) <= 1, `${row!['Value']} statements`)
  })
})
