import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, describe, it } from 'node:test'
import { freePort } from '../test/services/free-port.ts'
import { serve } from './served-lake.ts'
import { byReference, readByBlotter, readings } from './readings.ts'
import { CHANGES, CONTRADICTING, SPOILED } from './spark-source.ts'
import {
  day,
  type NamedLake,
  program,
  requireSameRows,
  type SparkWorld,
  sparkTimeout as timeout,
  startSparkWorld,
  toldAlike,
} from './spark-world.ts'
import { cacheFolder, prepareTrino, startTrino } from './trino.ts'

describe('A lake that Spark and DuckDB make in turns', { timeout: 3 * timeout }, () => {
  let world: SparkWorld
  /** By DuckDB alone, and by both. */
  let ours: NamedLake
  let theirs: NamedLake
  const requireEqual = (batches: readonly string[]): Promise<void> => world.requireEqual(ours, theirs, batches)

  before(async () => {
    world = await startSparkWorld(1200)
    ours = { lake: join(world.folder, 'duckdb'), env: {} }
    theirs = { lake: join(world.folder, 'both'), env: {} }
    await world.load(0)
    await world.edit(SPOILED)
  })
  after(() => world?.stop())

  it('begins with a batch by Spark that is equal to the same one by DuckDB, dirty rows and all, in whatever zone Java is', async () => {
    const expected = await world.batch(ours, day(0), 'duckdb')
    const zone = { TZ: 'America/Chicago', JAVA_TOOL_OPTIONS: '-Duser.timezone=America/Chicago' }
    const report = await world.batch(theirs, day(0), 'spark', zone)
    assert.deepEqual(toldAlike(report), toldAlike(expected))
    assert.equal(report.rows.quarantined, SPOILED.filter(({ rule }) => rule).length + CONTRADICTING)
    const quarantine = await world.tablesOf(theirs, day(0))
    const text = quarantine.get('quarantine.crimes')!.join('\n')
    for (const { found } of SPOILED)
      if (found !== undefined) assert.ok(text.includes(found), `${found} is not in quarantine`)
    await requireEqual([day(0)])
  })

  it('goes on through the REST catalog, with what changed', async () => {
    await world.load(1)
    await world.edit(CHANGES)
    const expected = await world.batch(ours, day(1), 'duckdb')
    const served = await serve(theirs.lake)
    try {
      const token = await served.token('spark', 'catalog:read', 'pipeline:write')
      const report = await world.batch(theirs, day(1), 'spark', {
        BLOTTER_SPARK_CATALOG: served.url,
        BLOTTER_SPARK_TOKEN: token,
      })
      assert.deepEqual(toldAlike(report), toldAlike(expected))
      assert.ok(report.changes['vanished'], 'nothing vanished')
    } finally {
      await served.end()
    }
    await requireEqual([day(0), day(1)])
  })

  it('goes on by what is rendered, without Blotter', async () => {
    await world.load(2)
    await world.edit([])
    await world.batch(ours, day(2), 'duckdb')
    assert.match(await world.batchByItself(theirs, day(2)), /"phase": "publish", "state": "succeeded"/)
    await requireEqual([day(0), day(1), day(2)])
  })

  it('is taken over by DuckDB, which finds the same as where it had been alone', async () => {
    await world.load(3)
    await world.edit([{ sql: 'UPDATE crimes SET arrest = 1, updated_on = now() WHERE arrest = 2' }])
    const expected = await world.batch(ours, day(3), 'duckdb')
    assert.deepEqual(toldAlike(await world.batch(theirs, day(3), 'duckdb')), toldAlike(expected))
    await requireEqual([day(0), day(1), day(2), day(3)])
  })

  it('is as it was after a run by Spark that was killed half-way, and has the batch after the next one', async () => {
    await world.load(4)
    await world.edit([])
    const before = await world.tablesOf(theirs, 'latest')
    await killedAfter('land', [program, 'run', '--engine', 'spark', '--source', world.source, '--lake', theirs.lake], {
      cwd: world.folder,
      env: world.environment,
      words: ['--at', day(4), '--debug', '--json'],
    })
    const afterwards = await world.tablesOf(theirs, 'latest')
    for (const [name, rows] of before) requireSameRows(`${name} after a run that died`, rows, afterwards.get(name)!)
    const expected = await world.batch(ours, day(4), 'duckdb')
    const report = await world.batch(theirs, day(4), 'spark')
    assert.deepEqual(toldAlike(report), toldAlike(expected))
    await requireEqual([day(0), day(3), day(4)])
  })

  it('is as it was where a cluster takes the application and never has anything to run it on, which is not waited for', async () => {
    await using master = await startMaster(world)
    const conf =
      'spark.blotter.startSeconds=15,spark.driver.host=127.0.0.1,spark.driver.bindAddress=127.0.0.1,spark.ui.enabled=false'
    const env = { BLOTTER_SPARK_MASTER: master.url, BLOTTER_SPARK_CONF: conf }
    const { stdout } = await world.batch(theirs, day(5), 'spark', env).then(
      () => assert.fail('it had a batch'),
      (failed: { stdout: string }) => failed,
    )
    const { error } = JSON.parse(stdout) as { error: { code: string; message: string } }
    assert.equal(error.code, 'spark_unreachable', stdout)
    assert.match(error.message, /spark:\/\/127\.0\.0\.1:\d+ has given nothing to run on within 15 s/)
  })

  it('is read by Trino with the rows that Blotter tells, whichever engine wrote them', async (t) => {
    const home = await prepareTrino(cacheFolder(), (message) => t.diagnostic(message))
    if (!home) return t.skip('no JDK 25 or no Maven')
    const expected = await readByBlotter(theirs.lake, world.folder, [0, 1, 2, 3, 4].map(day))
    await using trino = await startTrino(home, { lake: theirs.lake })
    const read = await readings<'table'>('read_trino.py', String(trino.port), ...Object.keys(expected))
    assert.deepEqual(byReference(read), expected)
  })
})

/** Spark's own master on a free port, to which no worker ever comes. */
async function startMaster({ environment }: SparkWorld): Promise<AsyncDisposable & { url: string }> {
  const port = await freePort()
  const java = join(environment['JAVA_HOME'] ?? '', 'bin', 'java')
  const words = ['-cp', join(environment['BLOTTER_SPARK_HOME']!, 'jars', '*'), 'org.apache.spark.deploy.master.Master']
  const child = spawn(java, [...words, '--host', '127.0.0.1', '--port', String(port), '--webui-port', '0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const lines: string[] = []
  for await (const line of createInterface(child.stderr)) {
    lines.push(line)
    if (line.includes('New state: ALIVE')) break
  }
  assert.match(lines.join('\n'), /New state: ALIVE/)
  child.stderr.resume()
  return {
    url: `spark://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
  }
}

/** Kills a run as a power cut would, once a step of it has succeeded; what it started ends by itself. */
async function killedAfter(
  step: string,
  [command, ...first]: readonly string[],
  { words, ...options }: { cwd: string; env: NodeJS.ProcessEnv; words: readonly string[] },
): Promise<void> {
  const child: ChildProcess = spawn(command!, [...first, ...words], { ...options, stdio: ['ignore', 'ignore', 'pipe'] })
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  let reached = false
  for await (const line of createInterface(child.stderr!)) {
    if (!line.startsWith('{')) continue
    const told = JSON.parse(line) as { step?: string; state?: string }
    if (told.step !== step || told.state !== 'succeeded') continue
    reached = true
    child.kill('SIGKILL')
    break
  }
  await gone
  assert.ok(reached, `the run ended before step ${step} had`)
}
