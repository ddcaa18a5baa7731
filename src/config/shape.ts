import { createHash } from 'node:crypto'
import { dirname, join, resolve } from 'node:path'
import { BlotterError } from '../errors.ts'
import type { Config, Credential, SecretsConfig, Variables } from '../model/configuration.ts'
import { isMysqlUrl } from '../model/url-text.ts'
import { alertsOf } from './alerts.ts'
import type { ConfigFile } from './file.ts'
import { refusePasswordInUrl } from './password-in-url.ts'
import type { ConfigValues } from './schema.ts'
import { serverOf } from './server.ts'
import { sparkOf } from './spark.ts'

/** What shaping needs beside the values. */
export interface Shaping {
  file: ConfigFile | undefined
  credential(path: string, reference: string | undefined): Credential | undefined
  variables: Variables
  pathOf(key: string, text: string): string
  /** Whether a flag or a variable gave the key. */
  isFlag(key: string): boolean
  openLineage: Config['openLineage']
  tracing: Config['tracing']
  notices: readonly string[]
}

const SHIPPED_PIPELINE = resolve(import.meta.dirname, '../../pipelines/chicago-crimes')

/** The configuration as the platform reads it: paths absolute, credentials as functions, what is left out filled in. */
export function shaped(values: ConfigValues, shaping: Shaping): Config {
  const { file, credential, pathOf, openLineage, tracing, notices } = shaping
  const { source, schedule, load, sla, guards, retention, alerts, server } = values
  if (source.rotation && !shaping.isFlag('source.url')) refuseWithoutAccount(source.url)
  const bucket = values.lake.includes('://')
  const lake = bucket ? values.lake.replace(/\/+$/, '') : pathOf('lake', values.lake)
  const usualState = bucket ? pathOf('state', `./.blotter/${shortHash(lake)}`) : resolve(lake, '.blotter')
  const state = values.state === undefined ? usualState : pathOf('state', values.state)
  return {
    file: file?.path,
    source: {
      url: source.url,
      password: credential('source.password', source.password),
      columns: source.columns ?? {},
      rotation: source.rotation && {
        adminUser: source.rotation.admin_user,
        adminPassword: credential('source.rotation.admin_password', source.rotation.admin_password),
        clone: source.rotation.clone,
      },
    },
    lake,
    catalog: values.catalog,
    cacheBytes: values.cache,
    state,
    pipeline: values.pipeline === undefined ? SHIPPED_PIPELINE : pathOf('pipeline', values.pipeline),
    engine: values.engine,
    spark: sparkOf(values, shaping),
    memoryBytes: values.memory,
    dashboard: { memoryBytes: values.dashboard.memory },
    schedule: schedule && { cron: schedule.cron, timezone: schedule.timezone, onSourceChangeMs: schedule.on_source_change },
    load: loadOf(load, source.url, shaping.isFlag('source.url')),
    sla: { runMs: sla.run, freshnessMs: sla.freshness, stepsMs: sla.steps },
    guards: { vanishedMax: guards.vanished_max, keylessMax: guards.keyless_max },
    retention: { batches: retention.batches, days: retention.days },
    alerts: alertsOf(alerts, shaping),
    secrets: secretsOf(values, state, shaping),
    server: serverOf(server, shaping),
    openLineage,
    tracing,
    notices,
  }
}

/** What renews itself is the password of a MySQL account; another source for once has none. */
function refuseWithoutAccount(url: string | undefined): void {
  if (url === undefined || isMysqlUrl(url)) return
  throw new BlotterError('config_invalid', `source.rotation renews an account of MySQL, and ${url} has none.`, {
    todo: 'Give source.url a mysql:// URL, or take `rotation` out.',
    context: { key: 'source.rotation' },
  })
}

/** What is loaded goes into the source, which has to be a table that can be written to; another one for once has no loader. */
function loadOf(load: ConfigValues['load'], into: string | undefined, forOnce: boolean): Config['load'] {
  if (!load) return undefined
  refusePasswordInUrl(load.from, 'load.from')
  if (into !== undefined && isMysqlUrl(into)) return { from: load.from }
  if (forOnce) return undefined
  throw new BlotterError(
    'config_invalid',
    `load.from is to be loaded into the source, and ${into ?? 'none'} is no table of MySQL.`,
    {
      todo: 'Give source.url a mysql:// URL, or take `load` out: other sources are read where they are.',
      context: { key: 'load.from' },
    },
  )
}

function secretsOf({ secrets }: ConfigValues, state: string, { pathOf, variables }: Shaping): SecretsConfig {
  const vaultFile =
    secrets.vault_file === undefined ? join(state, 'vault.json') : pathOf('secrets.vault_file', secrets.vault_file)
  const keyFile =
    secrets.key_file === undefined ? join(dirname(vaultFile), 'vault.key') : pathOf('secrets.key_file', secrets.key_file)
  return {
    backend: secrets.backend,
    rotateEveryMs: secrets.rotate_every,
    vaultFile,
    keyFile,
    prefix: secrets.prefix,
    region: secrets.region,
    variables,
  }
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12)
}
