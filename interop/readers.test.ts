import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { lifeOf } from './lake-life.ts'
import { byReference, python, readByBlotter, type Readings, readings } from './readings.ts'
import { cacheFolder, prepareTrino, startTrino, type Trino } from './trino.ts'

const timeout = 10 * 60_000
const { BLOTTER_INTEROP_JARS: jars = '' } = process.env

describe('A lake, whatever has happened to it', { timeout: 3 * timeout }, () => {
  let folder = ''
  let lake = ''
  let ours: Readings = {}
  let trino: Trino | undefined

  before(async () => {
    assert.ok(existsSync(python), 'Run this by `npm run test:interop`, which makes the environment first.')
    folder = await mkdtemp(join(await realpath(tmpdir()), 'blotter-'))
    lake = join(folder, 'lake')
  })

  after(async () => {
    await trino?.[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  for (const chapter of lifeOf(() => folder)) {
    describe(`after ${chapter.what}`, () => {
      before(async () => {
        const before = ours
        await chapter.happen()
        ours = await readByBlotter(lake, folder, chapter.batches)
        for (const [reference, reading] of Object.entries(ours)) {
          assert.deepEqual(reading, before[reference] ?? reading, `${reference} has other rows than before`)
        }
        for (const table of ['raw.crimes', 'processed.crimes_without_arrest', 'history.changes', 'quarantine.crimes']) {
          assert.ok((ours[`${table}@${chapter.batches.at(-1)}`]?.rows ?? 0) > 0, `${table} is empty`)
        }
      })

      it('is read by pyiceberg with the rows that Blotter tells, each table at each tag', async () => {
        assert.deepEqual(byReference(await readings<'table'>('read_pyiceberg.py', lake)), ours)
      })

      it("is read by DuckDB's own Iceberg extension alike", async () => {
        assert.deepEqual(byReference(await readings<'table'>('read_duckdb.py', lake)), ours)
      })

      it('is read by Trino alike', async (t) => {
        const home = await prepareTrino(cacheFolder(), (message) => t.diagnostic(message))
        if (!home) return t.skip('no JDK 25 or no Maven')
        trino ??= await startTrino(home, { lake })
        const read = await readings<'table'>('read_trino.py', String(trino.port), ...Object.keys(ours))
        assert.deepEqual(byReference(read), ours)
      })

      it('is read by Spark alike', async () => {
        assert.deepEqual(byReference(await readings<'table'>('read_spark.py', lake, jars, ...Object.keys(ours))), ours)
      })
    })
  }
})
