import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, isAbsolute, join } from 'node:path'
import { createInterface } from 'node:readline'
import { BlotterError, interrupted } from '../../errors.ts'
import type { Application, BatchPlaces, BatchPlan, BatchWork } from '../application.ts'
import { compile, DRIVER } from './compile.ts'
import { catalogConf, jdbcSource, SESSION_CONF } from './conf.ts'
import { sparkFailure } from './failure.ts'
import { findSpark, jarsFor, type SparkInstallation, type SparkPlace } from './installation.ts'

/** How Spark is to run. */
export interface SparkSettings extends SparkPlace {
  /** `local[*]`, `yarn`, `spark://HOST:PORT`, … */
  master: string
  memoryBytes: number
  /** What the application's process is given beside credentials. */
  environment: Readonly<Record<string, string>>
  /** What Spark logs, line by line. */
  log(line: string): void
}

/** Writes a folder of compiled files. */
export async function writeFolder(folder: string, files: ReadonlyMap<string, string>): Promise<void> {
  for (const [name, text] of files) {
    const path = join(folder, name)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text)
  }
}

/** What the driver is told of one batch, without any credential. */
function workOf(work: BatchWork, places: BatchPlaces): Record<string, unknown> {
  return {
    run: work.run,
    batch_at: work.batchAt,
    processed_at: work.processedAt,
    full: work.full,
    released: work.released,
    from: work.from,
    previous: work.previous,
    folder: work.folder,
    lake: places.lake,
    source: jdbcSource(places),
  }
}

/** The words of `spark-submit` before the driver's own. */
export function submitWords(
  { master, jars, conf, memoryBytes }: Pick<SparkSettings, 'master' | 'jars' | 'conf' | 'memoryBytes'>,
  places: Pick<BatchPlaces, 'catalog' | 'lake'>,
): string[] {
  const local = master.startsWith('local')
  // What lies elsewhere Spark fetches before its driver starts.
  const here = jars.filter((jar) => isAbsolute(jar))
  const settings: Record<string, string> = {
    ...SESSION_CONF,
    ...catalogConf(places),
    ...(local ? { ...LOCAL_CONF, 'spark.driver.memory': `${Math.ceil(memoryBytes / 2 ** 20)}m` } : {}),
    ...conf,
  }
  return [
    ...['--master', master],
    ...(jars.length > 0 ? ['--jars', jars.join(',')] : []),
    ...(here.length > 0 ? ['--driver-class-path', here.join(':')] : []),
    ...Object.entries(settings).flatMap(([name, value]) => ['--conf', `${name}=${value}`]),
  ]
}

/** On one machine nobody looks at its pages, and nothing of it is to be reached from elsewhere. */
const LOCAL_CONF = {
  'spark.ui.enabled': 'false',
  'spark.driver.bindAddress': '127.0.0.1',
  'spark.driver.host': '127.0.0.1',
  'spark.sql.shuffle.partitions': '8',
  // Nobody waits for a pause here: the collector that costs least in all.
  'spark.driver.extraJavaOptions': '-XX:+UseParallelGC',
}

/** Compiles a batch into its folder and starts it as a Spark application. Throws what `findSpark` throws. */
export async function submit(
  plan: BatchPlan,
  work: BatchWork,
  places: BatchPlaces,
  settings: SparkSettings,
): Promise<Application> {
  const spark = await findSpark(settings, jarsFor(places))
  const folder = join(work.folder, 'job')
  await writeFolder(folder, compile(plan))
  const workFile = join(folder, 'work.json')
  const told = { ...workOf({ ...work, folder: `file://${work.folder}` }, places), attended_by: process.pid }
  await writeFile(workFile, JSON.stringify(told, null, 2))
  const words = [...submitWords(settings, places), join(folder, DRIVER), folder, workFile]
  const child = spawn(spark.submit, words, {
    env: environmentOf(spark, places, settings),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return attend(child, settings.log)
}

function environmentOf(
  spark: SparkInstallation,
  places: BatchPlaces,
  { environment }: SparkSettings,
): Record<string, string> {
  const { catalog, sourcePassword } = places
  return {
    ...environment,
    SPARK_HOME: spark.home,
    JAVA_HOME: dirname(dirname(spark.java)),
    PYTHONDONTWRITEBYTECODE: '1',
    ...(sourcePassword === undefined ? {} : { BLOTTER_SOURCE_PASSWORD: sourcePassword }),
    ...(catalog.kind === 'rest' && catalog.token !== undefined ? { BLOTTER_CATALOG_TOKEN: catalog.token } : {}),
  }
}

/** What the driver says on a line of its own. */
interface Told {
  phase?: string
  state: 'running' | 'succeeded' | 'held' | 'failed'
  output?: unknown
  guard?: string
  message?: string
  numbers?: Record<string, number>
}

const MARK = '@blotter '
/** Of what Spark logs, what is kept for when it fails without a word of the driver's. */
const KEPT_LINES = 60
const END_MS = 10_000

function attend(child: ChildProcess, log: (line: string) => void): Application {
  const done = new Map<string, unknown>()
  const lines: string[] = []
  let ended: BlotterError | undefined
  let wake = Promise.withResolvers<void>()
  const stir = (): void => {
    wake.resolve()
    wake = Promise.withResolvers()
  }
  const end = (error: BlotterError): void => {
    ended ??= error
    stir()
  }
  const hear = (told: Told): void => {
    if (told.state === 'held') end(heldBy(told))
    else if (told.state === 'failed') end(sparkFailure(told.message ?? ''))
    else if (told.state === 'succeeded') done.set(told.phase!, told.output)
    stir()
  }
  createInterface(child.stdout!).on('line', (line) => {
    if (line.startsWith(MARK)) hear(JSON.parse(line.slice(MARK.length)) as Told)
    else log(line)
  })
  createInterface(child.stderr!).on('line', (line) => {
    lines.push(line)
    if (lines.length > KEPT_LINES) lines.shift()
    log(line)
  })
  child.once('error', (error) => end(sparkFailure(error.message)))
  child.once('close', () => end(sparkFailure(lines.join('\n'))))
  return {
    async phase(name, signal) {
      const stop = (): void => end(interrupted(signal.reason))
      signal.addEventListener('abort', stop, { once: true })
      try {
        for (;;) {
          if (done.has(name)) return done.get(name)
          if (ended) throw ended
          if (signal.aborted) throw interrupted(signal.reason)
          await wake.promise
        }
      } finally {
        signal.removeEventListener('abort', stop)
      }
    },
    async end() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), END_MS)
      await gone
      clearTimeout(timer)
    },
  }
}

function heldBy({ guard = 'guard', message = '', numbers = {} }: Told): BlotterError {
  return new BlotterError('run_held', message, { todo: '', context: { guard, ...numbers } })
}
