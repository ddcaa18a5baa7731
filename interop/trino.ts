import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, openSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { freePort } from '../test/services/free-port.ts'

/** One node of Trino, put together from Maven Central; its server's archive is not there. */
export interface TrinoHome {
  folder: string
  javaHome: string
}

export interface Trino extends AsyncDisposable {
  port: number
}

const here = join(import.meta.dirname, 'trino')
const parts = ['engine.xml', 'plugin.xml', 'Trino.java']
const run = promisify(execFile)
const assembleTimeoutMs = 10 * 60_000
const startTimeoutMs = 300_000

/** What the engine lends to its plugins, which must not bring their own. */
const lent = /^(?:trino-spi|slice|jackson-annotations|opentelemetry-api-1)/

/** Java 25, which Trino's classes are for: `BLOTTER_JAVA_25`, or one where Linux keeps them; undefined where there is none. */
export async function findJava25(): Promise<string | undefined> {
  const installed = (await readdir('/usr/lib/jvm').catch(() => [])).map((name) => `/usr/lib/jvm/${name}`)
  for (const home of [process.env.BLOTTER_JAVA_25 ?? '', ...installed.sort()]) {
    const javac = join(home, 'bin', 'javac')
    if (home === '' || !existsSync(javac)) continue
    const told = await run(javac, ['-version']).then(
      ({ stdout }) => stdout,
      () => '',
    )
    if (/^javac 25\b/.test(told)) return home
  }
  return undefined
}

/**
 * Assembles Trino in the cache on first use (half a gigabyte, a minute of downloads), or says what is missing: a JDK 25 and
 * Maven. Used only when complete.
 */
export async function prepareTrino(cache: string, say: (message: string) => void): Promise<TrinoHome | undefined> {
  const javaHome = await findJava25()
  const maven = await run('mvn', ['-version']).then(
    () => true,
    () => false,
  )
  if (!javaHome || !maven) {
    say('Trino is left out: it wants a JDK 25 (set BLOTTER_JAVA_25 where it lies elsewhere than in /usr/lib/jvm) and Maven.')
    return undefined
  }
  const pins = createHash('sha256')
    .update(parts.map((part) => readFileSync(join(here, part))).join('\n'))
    .digest('hex')
  const folder = join(cache, `trino-${pins.slice(0, 12)}`)
  if (!existsSync(folder)) await assemble(folder, javaHome, say)
  return { folder, javaHome }
}

export function cacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'blotter')
}

async function assemble(folder: string, javaHome: string, say: (message: string) => void): Promise<void> {
  const begun = performance.now()
  const draft = `${folder}.${process.pid}`
  const [engine, plugin, services] = [join(draft, 'lib'), join(draft, 'plugin', 'iceberg'), join(draft, 'services')]
  const env = { ...process.env, JAVA_HOME: javaHome }
  const options = { env, timeout: assembleTimeoutMs, maxBuffer: 1 << 26 }
  say('Putting Trino together, once (about 500 MB from Maven Central) …')
  await mkdir(join(services, 'META-INF', 'services'), { recursive: true })
  try {
    for (const [pom, into] of [
      ['engine.xml', engine],
      ['plugin.xml', plugin],
    ] as const) {
      const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies'
      const args = ['-q', '-B', '-ntp', `-Dmaven.repo.local=${join(draft, 'maven')}`, '-f', join(here, pom), goal]
      await run('mvn', [...args, '-DincludeScope=runtime', `-DoutputDirectory=${into}`], options)
    }
    for (const jar of await readdir(plugin)) if (lent.test(jar)) await rm(join(plugin, jar))
    // The connector's jar lacks the file that names its class; packaging the server makes it.
    await writeFile(join(services, 'META-INF/services/io.trino.spi.Plugin'), 'io.trino.plugin.iceberg.IcebergPlugin\n')
    await run(join(javaHome, 'bin/jar'), ['cf', join(plugin, 'services.jar'), '-C', services, 'META-INF'], options)
    await run(join(javaHome, 'bin/javac'), ['-cp', join(engine, '*'), '-d', draft, join(here, 'Trino.java')], options)
    await rm(join(draft, 'maven'), { recursive: true })
    await rename(draft, folder)
  } catch (error) {
    if (!existsSync(folder)) throw error
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
  say(`Trino is complete after ${((performance.now() - begun) / 1000).toFixed(0)} s.`)
}

/** How Trino reaches a lake: by its SQLite file, or by a server and a token. */
export type Way = { lake: string } | { url: string; token: string }

/** Starts Trino with the lake as its catalog `blotter`, and resolves once it answers queries. */
export async function startTrino({ folder, javaHome }: TrinoHome, way: Way): Promise<Trino> {
  const data = await mkdtemp(join(tmpdir(), 'blotter-trino-'))
  const port = await freePort()
  await writeConfiguration(data, folder, way, port)
  const java = ['-Xmx1G', '--add-modules=jdk.incubator.vector', '--enable-native-access=ALL-UNNAMED']
  const settings = [`-Dconfig=${data}/config.properties`, `-Dlog.levels-file=${data}/log.properties`]
  const args = [...java, '--sun-misc-unsafe-memory-access=allow', '-Djdk.attach.allowAttachSelf=true', ...settings]
  const log = openSync(join(data, 'log'), 'a')
  const server = spawn(join(javaHome, 'bin/java'), [...args, '-cp', `${folder}:${folder}/lib/*`, 'Trino'], {
    cwd: data,
    stdio: ['ignore', log, log],
  })
  try {
    await isReady(server, port, data)
  } catch (error) {
    server.kill('SIGKILL')
    throw error
  }
  return {
    port,
    async [Symbol.asyncDispose]() {
      server.kill()
      await new Promise((resolve) => server.once('exit', resolve))
      await rm(data, { recursive: true, force: true })
    },
  }
}

async function writeConfiguration(data: string, folder: string, way: Way, port: number): Promise<void> {
  await mkdir(join(data, 'catalog'))
  const config = {
    'node.environment': 'test',
    'node.id': 'one',
    'node.internal-address': '127.0.0.1',
    coordinator: true,
    'node-scheduler.include-coordinator': true,
    'http-server.http.port': port,
    'discovery.uri': `http://127.0.0.1:${port}`,
    'plugin.dir': join(folder, 'plugin'),
    'catalog.config-dir': join(data, 'catalog'),
    'query.max-memory-per-node': '256MB',
  }
  const catalog = { 'connector.name': 'iceberg', ...connection(way), 'fs.local.enabled': true, 'local.location': '/' }
  const text = (values: object) =>
    Object.entries(values)
      .map(([key, value]) => `${key}=${value}\n`)
      .join('')
  await writeFile(join(data, 'config.properties'), text(config))
  await writeFile(join(data, 'catalog', 'blotter.properties'), text(catalog))
  await writeFile(join(data, 'log.properties'), 'io.trino=WARN\n')
}

function connection(way: Way): Record<string, string> {
  if ('url' in way) {
    return {
      'iceberg.catalog.type': 'rest',
      'iceberg.rest-catalog.uri': way.url,
      'iceberg.rest-catalog.security': 'OAUTH2',
      'iceberg.rest-catalog.oauth2.token': way.token,
    }
  }
  return {
    'iceberg.catalog.type': 'jdbc',
    'iceberg.jdbc-catalog.driver-class': 'org.sqlite.JDBC',
    'iceberg.jdbc-catalog.connection-url': `jdbc:sqlite:${way.lake}/catalog.sqlite`,
    'iceberg.jdbc-catalog.catalog-name': 'blotter',
    'iceberg.jdbc-catalog.default-warehouse-dir': `file://${way.lake}`,
  }
}

async function isReady(server: ChildProcess, port: number, data: string): Promise<void> {
  const until = performance.now() + startTimeoutMs
  while (performance.now() < until) {
    if (server.exitCode !== null) break
    const info = await fetch(`http://127.0.0.1:${port}/v1/info`).then(
      (answer) => answer.json(),
      () => undefined,
    )
    if ((info as { starting?: boolean } | undefined)?.starting === false) return
    await sleep(500)
  }
  throw new Error(`Trino did not start.\n${readFileSync(join(data, 'log'), 'utf8').slice(-4000)}`)
}
