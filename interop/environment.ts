import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

/** What the tests need of the machine: programs and jars, all outside the checkout. */
export interface Environment {
  python: string
  javaHome: string
  /** Paths of the jars, separated by commas as Spark wants them. */
  jars: string
}

const here = import.meta.dirname
const run = promisify(execFile)
const installTimeoutMs = 15 * 60_000
const probeTimeoutMs = 20_000

/**
 * The environment that the pins in this folder name, made on first use: a Python virtual environment from PyPI and jars from
 * Maven Central, about 1 GB, in `$XDG_CACHE_HOME/blotter` or `~/.cache/blotter`. It is used only when complete; a lost cache
 * costs a minute or two. Needs Python 3.10 or later with venv, and Java 17 or 21; says how to get what is missing.
 */
export async function prepareEnvironment(say: (message: string) => void): Promise<Environment> {
  const javaHome = await findJava()
  const requirements = readFileSync(join(here, 'requirements.txt'), 'utf8')
  const jarList = readFileSync(join(here, 'jars.txt'), 'utf8')
  const pinned = [requirements, jarList, process.platform, process.arch].join('\n')
  const pins = createHash('sha256').update(pinned).digest('hex')
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache')
  const folder = join(cache, 'blotter', `interop-${pins.slice(0, 12)}`)
  if (!existsSync(folder)) await make(folder, javaHome, jarList, say)
  const jars = await readdir(join(folder, 'ivy', 'jars'))
  return { python: pythonOf(folder), javaHome, jars: jars.map((jar) => join(folder, 'ivy', 'jars', jar)).join(',') }
}

const pythonOf = (folder: string): string => join(folder, 'venv', 'bin', 'python')

// Made beside its place and moved there when complete, so that an interrupted install is never mistaken for one.
async function make(folder: string, javaHome: string, jarList: string, say: (message: string) => void): Promise<void> {
  const begun = performance.now()
  const draft = `${folder}.${process.pid}`
  const systemPython = await findPython()
  say('Making the environment of pyiceberg and Spark, once (about 1 GB from PyPI and Maven Central) …')
  await mkdir(draft, { recursive: true })
  try {
    await run(systemPython, ['-m', 'venv', join(draft, 'venv')], { timeout: installTimeoutMs })
    const pip = ['-m', 'pip', 'install', '--quiet', '--no-input', '--disable-pip-version-check']
    await run(pythonOf(draft), [...pip, '-r', join(here, 'requirements.txt')], { timeout: installTimeoutMs })
    say(`Python packages are there after ${seconds(begun)} s; fetching the jars …`)
    await fetchJars(draft, javaHome, jarList)
    await rename(draft, folder)
  } catch (error) {
    if (!existsSync(folder)) throw error
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
  say(`The environment is complete after ${seconds(begun)} s.`)
}

async function fetchJars(folder: string, javaHome: string, jarList: string): Promise<void> {
  const lines = jarList.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  const jars = lines.map((line) => line.split(' ') as [coordinate: string, sha256: string])
  const ivy = join(folder, 'ivy')
  const args = [join(here, 'fetch_jars.py'), ivy, ...jars.map(([coordinate]) => coordinate)]
  await run(pythonOf(folder), args, { env: { ...process.env, JAVA_HOME: javaHome }, timeout: installTimeoutMs })
  for (const [coordinate, sha256] of jars) {
    const [group, name, version] = coordinate.split(':')
    const bytes = readFileSync(join(ivy, 'jars', `${group}_${name}-${version}.jar`))
    const got = createHash('sha256').update(bytes).digest('hex')
    if (got !== sha256) throw new Error(`${coordinate} is not what jars.txt pins: expected SHA-256 ${sha256}, got ${got}.`)
  }
  await rm(join(ivy, 'cache'), { recursive: true, force: true })
  await writeFile(join(folder, 'README'), 'Made by `npm run test:interop` of Blotter. Safe to delete.\n')
}

async function findPython(): Promise<string> {
  const names = ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10']
  const probe = 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))'
  for (const name of names) {
    const fits = await run(name, ['-c', probe], { timeout: probeTimeoutMs }).then(
      () => true,
      () => false,
    )
    if (fits) return name
  }
  throw new Error('No Python 3.10 or later with venv was found. On Debian: `apt-get install python3-venv`.')
}

/** Java 17 or 21; Spark 4.1 starts on later ones, but not with jars added. */
async function findJava(): Promise<string> {
  const installed = (await readdir('/usr/lib/jvm').catch(() => [])).sort().map((name) => `/usr/lib/jvm/${name}`)
  const onPath = (process.env.PATH ?? '').split(delimiter).filter((place) => existsSync(join(place, 'java')))
  const mac = await run('/usr/libexec/java_home', ['-v', '17']).then(
    ({ stdout }) => [stdout.trim()],
    () => [],
  )
  for (const home of [process.env.JAVA_HOME ?? '', ...installed, ...mac]) {
    if (home !== '' && (await suits(join(home, 'bin', 'java')))) return home
  }
  for (const place of onPath) {
    const home = await homeOf(join(place, 'java'))
    if (home !== undefined) return home
  }
  throw new Error('No Java 17 or 21 was found. On Debian: `apt-get install openjdk-17-jre-headless`; else set JAVA_HOME.')
}

async function suits(java: string): Promise<boolean> {
  if (!existsSync(java)) return false
  const told = await run(java, ['-version'], { timeout: probeTimeoutMs }).then(
    ({ stderr }) => stderr,
    () => '',
  )
  return /version "(?:17|21)[.\d]*/.test(told)
}

async function homeOf(java: string): Promise<string | undefined> {
  if (!(await suits(java))) return undefined
  const { stderr } = await run(java, ['-XshowSettings:properties', '-version'], { timeout: probeTimeoutMs })
  return /^\s*java\.home = (.*)$/m.exec(stderr)?.[1]
}

function seconds(begun: number): string {
  return ((performance.now() - begun) / 1000).toFixed(0)
}
