import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { startBucket } from '../test/services/buckets.ts'
import { NO_MOTO } from '../test/services/moto.ts'
import { CHANGES, SPOILED } from './spark-source.ts'
import { day, type NamedLake, type SparkWorld, sparkTimeout as timeout, startSparkWorld, toldAlike } from './spark-world.ts'

/** moto with the lock that its Glue lacks: without it, a lost commit would look like a good one. */
const moto = await startBucket('lake')

describe('A lake in a bucket with Glue as its catalog', { timeout: 2 * timeout, skip: moto ? false : NO_MOTO }, () => {
  let world: SparkWorld
  /** By DuckDB alone in a folder, and by both engines in the bucket. */
  let ours: NamedLake
  const theirs: NamedLake = { lake: 's3://lake/city', env: { BLOTTER_CATALOG: 'glue' } }

  before(async () => {
    world = await startSparkWorld(400)
    ours = { lake: join(world.folder, 'duckdb'), env: {} }
    await world.load(0)
    await world.edit(SPOILED)
  })
  after(async () => {
    await world?.stop()
    await moto?.stop()
  })

  it('begins with a batch by Spark, which Blotter commits', async () => {
    const expected = await world.batch(ours, day(0), 'duckdb')
    assert.deepEqual(toldAlike(await world.batch(theirs, day(0), 'spark')), toldAlike(expected))
    await world.requireEqual(ours, theirs, [day(0)])
  })

  it('goes on with what changed by what is rendered, which commits table by table', async () => {
    await world.load(1)
    await world.edit(CHANGES)
    const { changes } = await world.batch(ours, day(1), 'duckdb')
    assert.ok(changes['vanished'], 'nothing vanished')
    const said = await world.batchByItself(theirs, day(1), `file://${join(world.folder, 'staged')}`)
    assert.match(said, /"phase": "publish", "state": "succeeded"/)
    await world.requireEqual(ours, theirs, [day(0), day(1)])
  })

  it('is taken over by DuckDB', async () => {
    await world.load(2)
    await world.edit([])
    const expected = await world.batch(ours, day(2), 'duckdb')
    assert.deepEqual(toldAlike(await world.batch(theirs, day(2), 'duckdb')), toldAlike(expected))
    await world.requireEqual(ours, theirs, [day(0), day(1), day(2)])
  })
})
