import type { BatchPlaces } from '../application.ts'
import { DRIVER, MODULES } from './compile.ts'
import { jdbcSource } from './conf.ts'
import { JARS, jarsFor } from './installation.ts'
import { submitWords } from './submit.ts'

/** How a compiled pipeline is to be run by others. */
export interface LaunchSettings {
  master: string
  /** Where the files will lie: a folder or `s3://bucket/prefix`. */
  folder: string
  /** Name of a secret of AWS Secrets Manager that holds user and password; undefined: the environment does. */
  secret: string | undefined
  jars: readonly string[]
  conf: Readonly<Record<string, string>>
}

/** What a cluster of EMR brings itself (`iceberg-defaults`), in the versions that fit its Spark. */
const OF_EMR: readonly (keyof typeof JARS)[] = ['iceberg', 'aws']

/** Of AWS Secrets Manager's driver, which takes the secret's name in place of a user. */
const SECRETS_DRIVER = 'com.amazonaws.secretsmanager.sql.AWSSecretsManagerMySQLDriver'
const SECRETS_COORDINATES = 'com.amazonaws.secretsmanager:aws-secretsmanager-jdbc:2.1.1'

/** `work.json`, `run.sh` and `step.json`: a batch by hand, and as a step of EMR. No credential stands in them. */
export function launchFiles(places: BatchPlaces, settings: LaunchSettings): Map<string, string> {
  const folder = settings.folder.replace(/\/+$/, '')
  const work = {
    publish: true,
    full: false,
    released: false,
    folder: `${places.lake}/.blotter/spark`,
    lake: places.lake,
    source: { ...jdbcSource(places), ...(settings.secret === undefined ? {} : bySecret(places, settings.secret)) },
  }
  const words = (master: string, needs: readonly (keyof typeof JARS)[]): string[] => {
    const coordinates = needs.map((jar) => JARS[jar])
    if (settings.secret !== undefined) coordinates.push(SECRETS_COORDINATES)
    const fetched: Record<string, string> = settings.jars.length > 0 ? {} : { 'spark.jars.packages': coordinates.join(',') }
    return [
      ...submitWords({ ...settings, master, conf: { ...fetched, ...settings.conf }, memoryBytes: 2 ** 30 }, places),
      ...['--py-files', MODULES.map((file) => `${folder}/${file}`).join(',')],
      ...[`${folder}/${DRIVER}`, folder, `${folder}/work.json`],
    ]
  }
  const needs = jarsFor(places)
  const ofCluster = needs.filter((jar) => !OF_EMR.includes(jar))
  const step = emrStep(words('yarn', ofCluster))
  return new Map([
    ['work.json', `${JSON.stringify(work, null, 2)}\n`],
    ['run.sh', runScript(words(settings.master, needs))],
    ['step.json', `${JSON.stringify(step, null, 2)}\n`],
  ])
}

function bySecret({ source }: BatchPlaces, secret: string): Record<string, string> {
  const { url } = jdbcSource({ source })
  return { url: url!.replace(/^jdbc:/, 'jdbc-secretsmanager:'), driver: SECRETS_DRIVER, user: secret }
}

function runScript(words: readonly string[]): string {
  // An option and its value on one line.
  const lines = words.map((word, i) => `${i > 0 && !words[i - 1]!.startsWith('--') ? ' \\\n  ' : ' '}${quotedWord(word)}`)
  return `#!/bin/sh
# Makes one batch: sh run.sh [BATCH_AT [RUN]]. The password of the source is BLOTTER_SOURCE_PASSWORD of the environment.
exec "\${SPARK_HOME:+$SPARK_HOME/bin/}spark-submit"${lines.join('')} "$@"
`
}

function quotedWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}

/** A step as EMR's `add-steps --steps file://step.json` takes it. */
function emrStep(words: readonly string[]): unknown[] {
  return [
    {
      Name: 'blotter batch',
      ActionOnFailure: 'CONTINUE',
      HadoopJarStep: { Jar: 'command-runner.jar', Args: ['spark-submit', ...words] },
    },
  ]
}
