import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { basename, delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { BlotterError } from '../../errors.ts'
import type { BatchPlaces } from '../application.ts'
import { isOnAws } from './conf.ts'

/** What the configuration says of Spark, and where the environment would have it looked for. */
export interface SparkPlace {
  home: string | undefined
  javaHome: string | undefined
  /** `PATH` */
  searchPath: string
  /** Paths of jars. */
  jars: readonly string[]
  /** Settings of Spark's own. */
  conf: Readonly<Record<string, string>>
}

export interface SparkInstallation {
  home: string
  submit: string
  /** `4.1.4` */
  version: string
  java: string
}

/** Lines of Spark on which every table was equal to DuckDB's, and the version of Iceberg that each was tested with. */
const ICEBERG: Readonly<Record<string, string>> = { '3.5': '1.10.1', '4.0': '1.10.1', '4.1': '1.12.0' }
const TESTED = { line: '4.1', scala: '2.13', version: '4.1.4' } as const

/** Maven coordinates of what a line of Spark lacks by itself, as it was built for a version of Scala. */
function jarsOf({ line, scala }: { line: string; scala: string }) {
  return {
    iceberg: `org.apache.iceberg:iceberg-spark-runtime-${line}_${scala}:${ICEBERG[line]}`,
    mysql: 'com.mysql:mysql-connector-j:9.7.0',
    sqlite: 'org.xerial:sqlite-jdbc:3.54.1.0',
    aws: `org.apache.iceberg:iceberg-aws-bundle:${ICEBERG[line]}`,
  }
}

/** Those of the line that every test runs on. */
export const JARS = jarsOf(TESTED)

/** The jars that a batch between these places needs. */
export function jarsFor(places: Pick<BatchPlaces, 'catalog' | 'lake'>): (keyof typeof JARS)[] {
  const needs: (keyof typeof JARS)[] = ['iceberg', 'mysql']
  if (places.catalog.kind === 'sqlite') needs.push('sqlite')
  if (isOnAws(places)) needs.push('aws')
  return needs
}

const run = promisify(execFile)
const PROBE_MS = 20_000

/**
 * Finds Spark (the configuration's `spark.home`, `SPARK_HOME`, `spark-submit` on the PATH, or pyspark beside it) and Java, and
 * looks that what they need is there, before anything is begun. Throws `spark_missing` and `unsupported`.
 */
export async function findSpark(place: SparkPlace, needs: readonly (keyof typeof JARS)[]): Promise<SparkInstallation> {
  const home = place.home ?? (await homeOnPath(place.searchPath))
  if (home === undefined) throw missing('There is no Spark: neither SPARK_HOME nor spark-submit on the PATH.', INSTALL)
  const jars = await readdir(join(home, 'jars')).catch(() => [])
  const core = jars.map((jar) => /^spark-core_([\d.]+)-(.+)\.jar$/.exec(jar)).find((found) => found !== null)
  const submit = join(home, 'bin', 'spark-submit')
  if (!core || !existsSync(submit)) throw missing(`There is no Spark in ${home}.`, INSTALL)
  const [, scala = '', version = ''] = core
  const line = Object.keys(ICEBERG).find((known) => version.startsWith(`${known}.`))
  if (line === undefined) throw wrongVersion('Spark', version, Object.keys(ICEBERG), INSTALL)
  const java = await findJava(place)
  const needed = needs.map((need) => jarsOf({ line, scala })[need])
  requireJars(place, { home, jars }, needed)
  return { home, submit, version, java }
}

const INSTALL =
  `Install Spark ${TESTED.version} (\`pip install pyspark==${TESTED.version}\`, or from spark.apache.org) and name it as ` +
  '`spark: { home: DIR }` in blotter.yaml or SPARK_HOME; `engine: duckdb` needs none.'

async function homeOnPath(searchPath: string): Promise<string | undefined> {
  for (const folder of searchPath.split(delimiter).filter((place) => existsSync(join(place, 'spark-submit')))) {
    const above = dirname(folder)
    if (existsSync(join(above, 'jars'))) return above
    const python = ['python3', 'python'].map((name) => join(folder, name)).find((file) => existsSync(file))
    const probe = 'import os, pyspark; print(os.path.dirname(pyspark.__file__))'
    const told = python && (await run(python, ['-c', probe], { timeout: PROBE_MS }).catch(() => undefined))
    if (told) return told.stdout.trim()
  }
  return undefined
}

async function findJava({ javaHome, searchPath }: SparkPlace): Promise<string> {
  const named = javaHome === undefined ? undefined : join(javaHome, 'bin', 'java')
  const onPath = searchPath.split(delimiter).map((folder) => join(folder, 'java'))
  const java = named ?? onPath.find((file) => existsSync(file))
  const todo = 'Install Java 17 (Debian: `apt-get install openjdk-17-jre-headless`), or name one by JAVA_HOME.'
  if (java === undefined)
    throw missing('There is no Java, which Spark runs on: neither JAVA_HOME nor java on the PATH.', todo)
  const told = await run(java, ['-version'], { timeout: PROBE_MS }).catch(() => undefined)
  const version = /version "(\d+)[^"]*"/.exec(told?.stderr ?? '')?.[1]
  if (version === undefined) throw missing(`${java} is no Java that runs.`, todo)
  if (version !== '17' && version !== '21') throw wrongVersion('Java', version, ['17', '21'], todo)
  return java
}

function requireJars(
  { jars: given, conf }: SparkPlace,
  { home, jars: shipped }: { home: string; jars: readonly string[] },
  needed: readonly string[],
): void {
  const lost = given.find((jar) => !jar.includes('://') && !existsSync(jar))
  if (lost !== undefined) throw missing(`${lost}, which spark.jars names, is not there.`, 'Name jars that are there.')
  // What Spark fetches itself comes when it starts.
  const fetched = conf['spark.jars.packages'] ?? ''
  const lacking = needed.filter((coordinates) => {
    const name = coordinates.split(':')[1]!
    return ![...given.map((jar) => basename(jar)), ...shipped].some((jar) => jar.includes(name)) && !fetched.includes(name)
  })
  if (lacking.length === 0) return
  const one = lacking.length === 1
  throw missing(
    `Spark in ${home} lacks ${one ? 'a jar' : 'jars'} from Maven Central: ${lacking.join(', ')}.`,
    `Put ${one ? 'it' : 'them'} into ${join(home, 'jars')}, name the ${one ? 'file' : 'files'} as \`spark: { jars: [...] }\` in ` +
      `blotter.yaml, or let Spark fetch: \`spark: { conf: { spark.jars.packages: "${lacking.join(',')}" } }\`.`,
  )
}

function missing(message: string, todo: string): BlotterError {
  return new BlotterError('spark_missing', `${message} Nothing was begun.`, { todo })
}

function wrongVersion(what: string, found: string, known: readonly string[], todo: string): BlotterError {
  const expected = new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(known)
  return new BlotterError(
    'unsupported',
    `${what} ${found} is none that this engine runs on: expected ${expected}. Nothing was begun.`,
    { todo, context: { found, expected } },
  )
}
