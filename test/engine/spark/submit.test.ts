import assert from 'node:assert/strict'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import type { BatchPlaces, BatchWork } from '../../../src/engine/application.ts'
import { submit, type SparkSettings } from '../../../src/engine/spark/submit.ts'
import { BlotterError } from '../../../src/errors.ts'
import { planOf } from './plan.ts'

const PASSWORD = 'not-for-others'
const PLACES: BatchPlaces = {
  source: { host: 'db', port: 3306, database: 'chicago', user: 'blotter_ro', tls: 'verify' },
  sourcePassword: PASSWORD,
  lake: 'file:///lake',
  catalog: { kind: 'rest', url: 'http://127.0.0.1:7070/iceberg', token: 'a-token' },
}

/** What a double of spark-submit says and does: it speaks as the driver does, and Spark is not there. */
describe('A submitted application', () => {
  let folder = ''
  const { signal } = new AbortController()
  const settings = (): SparkSettings => ({
    home: join(folder, 'spark'),
    javaHome: join(folder, 'java'),
    searchPath: '',
    jars: [],
    conf: { 'spark.jars.packages': 'iceberg-spark-runtime-4.1_2.13 mysql-connector-j' },
    master: 'local[2]',
    memoryBytes: 2 ** 30,
    environment: { PATH: process.env['PATH'] ?? '' },
    log: () => {},
  })
  const work = (): BatchWork => ({
    run: 'r1',
    batchAt: '2026-11-23T06:00:00Z',
    processedAt: '2026-11-23T06:00:01.000Z',
    full: false,
    released: false,
    folder: join(folder, 'work'),
    from: 'extract',
    previous: {},
  })
  const submitted = async (script: string) => {
    const program = join(folder, 'spark/bin/spark-submit')
    await writeFile(program, `#!/bin/sh\n${script}\n`)
    await chmod(program, 0o755)
    return submit(await planOf(), work(), PLACES, settings())
  }

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'blotter-'))
    for (const part of ['spark/bin', 'spark/jars', 'java/bin']) await mkdir(join(folder, part), { recursive: true })
    await writeFile(join(folder, 'spark/jars/spark-core_2.13-4.1.4.jar'), '')
    await writeFile(join(folder, 'java/bin/java'), `#!/bin/sh\necho 'openjdk version "17.0.1"' >&2\n`)
    await chmod(join(folder, 'java/bin/java'), 0o755)
  })
  afterEach(() => rm(folder, { recursive: true }))

  it('gives what each phase has left, among whatever else is printed', async () => {
    const application = await submitted(`echo noise; echo '@blotter {"phase":"extract","state":"running"}'
      echo '@blotter {"phase":"extract","state":"succeeded","output":{"rows":3}}'
      echo '@blotter {"phase":"check","state":"succeeded","output":{"read":3}}'`)
    assert.deepEqual(await application.phase('extract', signal), { rows: 3 })
    assert.deepEqual(await application.phase('check', signal), { read: 3 })
    await application.end()
  })

  it('gets credentials by the environment, and no word or file has one', async () => {
    const [words, seen] = [join(folder, 'words'), join(folder, 'seen')]
    const application = await submitted(`printf '%s\\n' "$@" > ${words}
      printf '%s %s' "$BLOTTER_SOURCE_PASSWORD" "$BLOTTER_CATALOG_TOKEN" > ${seen}
      echo '@blotter {"phase":"extract","state":"succeeded","output":{}}'`)
    await application.phase('extract', signal)
    await application.end()
    assert.equal(await readFile(seen, 'utf8'), `${PASSWORD} a-token`)
    const written = [await readFile(words, 'utf8'), await readFile(join(folder, 'work/job/work.json'), 'utf8')]
    for (const text of written) assert.doesNotMatch(text, /not-for-others|a-token/)
    assert.match(written[0]!, /^spark\.sql\.catalog\.blotter\.uri=http:\/\/127\.0\.0\.1:7070\/iceberg$/m)
    assert.match(written[1]!, /tinyInt1isBit=false.*sslMode=VERIFY_IDENTITY/)
  })

  it('tells a guard that holds it from a failure', async () => {
    const held = await submitted(
      `echo '@blotter {"state":"held","guard":"vanished","message":"9 of 10","numbers":{"vanished":9}}'; exit 3`,
    )
    const problem = await held.phase('extract', signal).catch((error: unknown) => error)
    assert.ok(problem instanceof BlotterError)
    assert.equal(problem.code, 'run_held')
    assert.deepEqual(problem.context, { guard: 'vanished', vanished: 9 })
    const failed = await submitted(`echo '@blotter {"state":"failed","message":"Access denied for user"}'; exit 1`)
    await assert.rejects(failed.phase('extract', signal), { code: 'source_refused' })
  })

  it('is told by what Spark logged last, where it ends without a word', async () => {
    const application = await submitted(`echo 'java.lang.OutOfMemoryError: Java heap space' >&2; exit 1`)
    await assert.rejects(application.phase('extract', signal), { code: 'memory_exhausted' })
  })

  it('is left when it is interrupted, and ended when it is told to', async () => {
    const application = await submitted('exec sleep 60')
    const stop = new AbortController()
    const waiting = application.phase('extract', stop.signal)
    stop.abort()
    await assert.rejects(waiting, { code: 'interrupted' })
    await application.end()
  })
})
