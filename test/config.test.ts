import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import type { ConfigInputs } from '../src/config.ts'
import { CONFIG_KEYS } from '../src/config/keys.ts'
import { durationMs, fraction, sizeBytes } from '../src/config/units.ts'
import { BlotterError } from '../src/errors.ts'
import { redaction } from '../src/log/redaction.ts'
import { load, refused } from './config/given.ts'

const docs = (name: string): string => readFileSync(join(import.meta.dirname, '../docs', name), 'utf8')

test('without any configuration the defaults hold', () => {
  const config = load(undefined)
  assert.equal(config.file, undefined)
  assert.equal(config.lake, '/city/lake')
  assert.equal(config.state, '/city/lake/.blotter')
  assert.match(config.pipeline, /pipelines.chicago-crimes$/)
  assert.equal(config.engine, 'duckdb')
  assert.equal(config.memoryBytes, 2 ** 30)
  assert.equal(config.sla.runMs, 34 * 60_000)
  assert.deepEqual(config.guards, { vanishedMax: 0.05, keylessMax: 0.001 })
  assert.deepEqual(config.server, {
    host: '127.0.0.1',
    port: 7070,
    hosts: [],
    tls: undefined,
    trustProxy: [],
    oidc: undefined,
  })
})

test('the example of the documentation is read whole', async () => {
  const yaml = /```yaml\n([^]*?)```/.exec(docs('configuration.md'))![1]!
  const config = load(
    yaml,
    { env: { BLOTTER_SECRET_SMTP: 'open sesame', BLOTTER_SECRET_HOOK_FILE: '/run/hook' } },
    { '/run/hook': 'https://x\n' },
  )
  assert.equal(config.source.url, 'mysql://blotter_ro@127.0.0.1:3306/chicago?table=crimes')
  assert.deepEqual(config.source.columns, { Where: 'block' })
  assert.deepEqual(config.schedule, { cron: '0 6 * * *', timezone: 'America/Chicago', onSourceChangeMs: 300_000 })
  assert.deepEqual(config.sla, { runMs: 2_040_000, freshnessMs: 93_600_000, stepsMs: { extract: 600_000 } })
  assert.equal(config.alerts.email?.ca, '/city/ca.pem')
  assert.equal(await config.alerts.email?.password?.(), 'open sesame')
  assert.equal(await config.alerts.webhook?.(), 'https://x')
  await assert.rejects(config.source.password!(), {
    code: 'secret_missing',
    message: /secret:\/\/mysql[^]*BLOTTER_SECRET_MYSQL/,
  })
  assert.doesNotMatch(JSON.stringify(config), /open sesame/)
})

test('flag wins over variable, variable over file, file over default', () => {
  const yaml = 'lake: from-file'
  const env = { BLOTTER_LAKE: 'from-variable' }
  assert.equal(load(yaml, { env, flags: { lake: 'from-flag' } }).lake, '/city/from-flag')
  assert.equal(load(yaml, { env }).lake, '/city/from-variable')
  assert.equal(load(yaml).lake, '/city/from-file')
  assert.equal(load(undefined).lake, '/city/lake')
  assert.equal(load(yaml, { env: { BLOTTER_LAKE: '' } }).lake, '/city/from-file')
})

/** Of every key, a text that its variable can have. */
const TEXTS: Record<string, string> = {
  'source.url': 'file:*.csv',
  'source.columns': 'Where=block, Kind = primary_type',
  pipeline: 'p',
  lake: 's3://bucket/prefix/',
  state: 'st',
  catalog: 'glue',
  cache: '3GiB',
  engine: 'spark',
  'spark.home': 'spark-4.1',
  'spark.master': 'yarn',
  'spark.jars': 'a.jar,b.jar',
  'spark.catalog': 'https://blotter.example.org/iceberg',
  'spark.token': 'six',
  'spark.conf': 'spark.executor.memory=4g',
  memory: '512MiB',
  'dashboard.memory': '2GiB',
  'schedule.cron': '0 6 * * *',
  'schedule.timezone': 'America/Chicago',
  'schedule.on_source_change': '5m',
  'load.from': 'socrata://data.example.org/ijzp-q8t2',
  'load.before': 'extract',
  'sla.run': '1h30m',
  'sla.freshness': '26h',
  'sla.steps': 'extract=10m,land=90s',
  'guards.vanished_max': '7%',
  'guards.keyless_max': '0.5%',
  'retention.batches': '30',
  'retention.days': '365',
  'alerts.email.host': 'smtp',
  'alerts.email.port': '25',
  'alerts.email.tls': 'implicit',
  'alerts.email.user': 'u',
  'alerts.email.from': 'a@b',
  'alerts.email.to': 'c@d, e@f',
  'alerts.email.ca': 'ca.pem',
  'secrets.backend': 'aws',
  'secrets.rotate_every': '7d',
  'secrets.vault_file': 'safe/v.json',
  'secrets.key_file': 'keys/v.key',
  'secrets.prefix': 'city/',
  'secrets.region': 'us-east-2',
  'server.host': '::1',
  'server.port': '0',
  'server.hosts': 'blotter.example.org, desk.example.org:8443',
  'server.tls.cert': 'tls/cert.pem',
  'server.tls.key': 'tls/key.pem',
  'server.trust_proxy': '127.0.0.1,10.0.0.0/8',
  'server.oidc.issuer': 'https://id.example.org/city',
  'server.oidc.client_id': 'blotter',
  'server.oidc.client_secret': 'five',
  'server.oidc.name': 'City account',
  'server.oidc.role': 'viewer',
  'server.oidc.hosts': 'keys.example.org',
  'source.password': 'one',
  'source.rotation.admin_user': 'dba',
  'source.rotation.admin_password': 'four',
  'source.rotation.clone': 'reader_b',
  'alerts.email.password': 'two',
  'alerts.webhook': 'https://three',
  'alerts.digest': 'daily',
  'alerts.link': 'https://blotter.example.org',
}

test('every key can be set by its variable', () => {
  assert.deepEqual(Object.keys(TEXTS).toSorted(), CONFIG_KEYS.map((key) => key.path).toSorted())
  const config = load(undefined, { env: Object.fromEntries(CONFIG_KEYS.map((key) => [key.variable, TEXTS[key.path]])) })
  assert.deepEqual(config.source.columns, { Where: 'block', Kind: 'primary_type' })
  assert.equal(config.lake, 's3://bucket/prefix')
  assert.equal(config.state, '/city/st')
  assert.deepEqual([config.catalog, config.cacheBytes], ['glue', 3 * 2 ** 30])
  const { token: _, javaHome: __, ...spark } = config.spark
  assert.deepEqual(spark, {
    home: '/city/spark-4.1',
    master: 'yarn',
    jars: ['/city/a.jar', '/city/b.jar'],
    catalog: 'https://blotter.example.org/iceberg',
    conf: { 'spark.executor.memory': '4g' },
  })
  assert.deepEqual(config.sla, { runMs: 5_400_000, freshnessMs: 93_600_000, stepsMs: { extract: 600_000, land: 90_000 } })
  assert.deepEqual(config.guards, { vanishedMax: 0.07, keylessMax: 0.005 })
  assert.deepEqual(config.retention, { batches: 30, days: 365 })
  assert.equal(config.dashboard.memoryBytes, 2 ** 31)
  assert.deepEqual(config.alerts.email?.to, ['c@d', 'e@f'])
  assert.equal(config.alerts.email?.port, 25)
  const { oidc, ...server } = config.server
  assert.deepEqual(server, {
    host: '::1',
    port: 0,
    hosts: ['blotter.example.org', 'desk.example.org:8443'],
    tls: { cert: '/city/tls/cert.pem', key: '/city/tls/key.pem' },
    trustProxy: ['127.0.0.1', '10.0.0.0/8'],
  })
  assert.deepEqual(
    [oidc?.clientId, oidc?.name, oidc?.role, oidc?.hosts],
    ['blotter', 'City account', 'viewer', ['keys.example.org']],
  )
  const { vaultFile, keyFile, prefix, region, backend } = config.secrets
  const secrets = {
    vaultFile: '/city/safe/v.json',
    keyFile: '/city/keys/v.key',
    prefix: 'city/',
    region: 'us-east-2',
    backend: 'aws',
  }
  assert.deepEqual({ vaultFile, keyFile, prefix, region, backend }, secrets)
  assert.equal(config.source.rotation?.adminUser, 'dba')
  assert.equal(config.source.rotation?.clone, 'reader_b')
  assert.deepEqual(config.notices, [])
})

test('a deadline that nobody can keep is refused, and so is an address that would end a header', () => {
  assert.match(refused('sla: { run: -5m }').message, /sla\.run is not as it has to be: expected a duration/)
  assert.match(refused('sla: { run: 0m }').message, /expected more than no time/)
  assert.match(refused('sla: { steps: { extract: 0s } }').message, /sla\.steps\.extract/)
  const email = (to: string): string => `alerts: { email: { host: h, from: a@b, to: [${to}] } }`
  assert.match(refused(email('"a@b\\r\\nBcc: c@d"')).message, /alerts\.email\.to/)
  assert.equal(load(email('Desk <desk@example.org>')).alerts.email?.tls, 'starttls')
  assert.equal(load('alerts: { email: { host: h, port: 465, from: a@b, to: [c@d] } }').alerts.email?.tls, 'implicit')
})

test('single sign-on goes by https, and no role that lets others in is given by it', () => {
  const oidc = (rest: string): string => `server: { oidc: { client_id: blotter, ${rest} } }`
  assert.match(refused(oidc('issuer: "http://id.example.org"')).message, /server\.oidc\.issuer.*expected https/)
  assert.match(refused(oidc('issuer: "ftp://id.example.org"')).message, /server\.oidc\.issuer/)
  assert.match(refused(oidc('issuer: "https://id.example.org", role: admin')).message, /server\.oidc\.role/)
  assert.equal(load(oidc('issuer: "http://127.0.0.1:9000"')).server.oidc?.role, undefined)
  assert.match(refused(oidc('issuer: "https://id.example.org", client_secret: plain')).todo, /secret:\/\//)
  assert.match(refused('server: { trust_proxy: [everybody] }').message, /server\.trust_proxy/)
  assert.match(refused('server: { tls: { cert: c.pem } }').message, /server\.tls\.key/)
})

test('a password comes from a variable, a file, or the store that secret:// names', async () => {
  const password = (given: Partial<ConfigInputs>, yaml?: string, files?: Record<string, string>): Promise<string> =>
    load(yaml, given, files).source.password!()
  assert.equal(await password({ env: { BLOTTER_SOURCE_PASSWORD: 'a b\n' } }), 'a b\n')
  assert.equal(await password({ env: { BLOTTER_SOURCE_PASSWORD_FILE: '/pw' } }, undefined, { '/pw': 'line\n\n' }), 'line\n')
  const yaml = 'source: { password: secret://city-db }'
  assert.equal(await password({ env: { BLOTTER_SECRET_CITY_DB: 'stored' } }, yaml), 'stored')
  assert.equal(
    await password({ env: { BLOTTER_SECRET_CITY_DB: 'stored', BLOTTER_SOURCE_PASSWORD: 'nearer' } }, yaml),
    'nearer',
  )
  assert.match(
    refused(undefined, { env: { BLOTTER_SOURCE_PASSWORD_FILE: '/gone' } }).message,
    /BLOTTER_SOURCE_PASSWORD_FILE names \/gone/,
  )
})

test('a vault lies in the state folder and its key beside it, and no backend is chosen where none is asked for', () => {
  const { secrets } = load('state: ./st')
  assert.equal(secrets.backend, undefined)
  assert.equal(secrets.vaultFile, '/city/st/vault.json')
  assert.equal(secrets.keyFile, '/city/st/vault.key')
  assert.equal(load('secrets: { vault_file: safe/v.json }').secrets.keyFile, '/city/safe/vault.key')
  assert.equal(load(undefined).source.rotation, undefined)
  assert.equal(load('source: { rotation: {} }').source.rotation?.adminUser, 'root')
})

test('a credential knows the name of its secret, and one of the environment has none', async () => {
  assert.equal(load('source: { password: secret://city-db }').source.password?.secret, 'city-db')
  const env = { BLOTTER_SOURCE_PASSWORD: 'given' }
  assert.equal(load('source: { password: secret://city-db }', { env }).source.password?.secret, undefined)
})

test('the credentials of the environment are hidden before anybody asks for them', () => {
  const env = {
    BLOTTER_SECRET_UNUSED: 'canary-of-an-unused-one',
    BLOTTER_SOURCE_PASSWORD: 'canary-of-the-source',
    BLOTTER_VAULT_KEY: 'canary-of-the-vault',
    AWS_SECRET_ACCESS_KEY: 'canary-of-aws',
  }
  load(undefined, { env })
  assert.doesNotMatch(redaction.text(Object.values(env).join(' ')), /canary/)
})

test('an unknown key is named with its place and the one that was meant', () => {
  const error = refused('lake: ./lake\nsource:\n  ulr: x\n')
  assert.match(error.message, /^\/city\/blotter\.yaml, line 3, column 3: there is no key "source\.ulr"/)
  assert.match(error.todo, /Did you mean "source\.url"\?/)
  assert.match(refused('laek: x').todo, /"lake"/)
  assert.match(refused('sla: { steps: { extrakt: 5m } }').todo, /"sla\.steps\.extract"/)
  assert.match(refused('zzz: 1').todo, /Known keys there: source, pipeline, lake/)
})

test('what is no UTF-8 is refused, and an empty BLOTTER_CONFIG says nothing', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'blotter-'))
  t.after(() => rm(folder, { recursive: true }))
  const disk = { readFile: undefined, cwd: folder }
  assert.equal(load(undefined, { ...disk, env: { BLOTTER_CONFIG: '' } }).file, undefined)
  await writeFile(join(folder, 'blotter.yaml'), Buffer.from('lake: caf\xe9', 'latin1'))
  assert.match(refused(undefined, disk).message, /blotter\.yaml cannot be read: it is no text in UTF-8/)
  await writeFile(join(folder, 'blotter.yaml'), '\ufefflake: café')
  assert.equal(load(undefined, disk).lake, join(folder, 'café'))
})

test('several mistakes are told at once', () => {
  const error = refused('memory: 5\nengine: spork\nfoo: 1')
  assert.deepEqual((error.context['keys'] as string[]).toSorted(), ['engine', 'foo', 'memory'])
  assert.equal(error.message.split('\n').length, 3)
})

test('a wrong value is told with the place it came from', () => {
  assert.match(refused('memory: 5').message, /line 1, column 1: memory is not/)
  assert.match(refused(undefined, { env: { BLOTTER_SERVER_PORT: 'many' } }).message, /^BLOTTER_SERVER_PORT: server\.port/)
  assert.match(refused(undefined, { flags: { engine: 'spork' } }).message, /^--engine: [^]*duckdb, spark/)
  assert.match(refused('schedule: { timezone: Mars/Base }').message, /America\/Chicago/)
  assert.match(refused('guards: { vanished_max: 500% }').message, /at most 100%/)
  assert.match(refused('lake: [x').message, /line 1/)
  assert.match(refused('lake: a\nlake: b').message, /line 2, column 1/)
  assert.match(refused('- a').message, /holds a list/)
  assert.match(refused(undefined, { file: 'gone.yaml' }).message, /\/city\/gone\.yaml/)
})

test('a credential in the open is refused, not repeated, with the way to store it', () => {
  for (const yaml of [
    'source: { password: hunter2 }',
    'alerts: { webhook: "https://hooks/hunter2" }',
    'source: { url: "mysql://u:hunter2@h/d" }',
    'source: { url: "mysql://u@h/d?password=hunter2" }',
  ]) {
    const error = refused(yaml)
    assert.match(error.todo, /BLOTTER_(?:SECRET|SOURCE)_/, yaml)
    assert.doesNotMatch(`${error.message} ${error.todo} ${JSON.stringify(error.context)}`, /hunter2/, yaml)
  }
})

test('a variable that sets nothing is noted', () => {
  const { notices } = load(undefined, {
    env: { BLOTTER_LAEK: 'x', BLOTTER_PORT: '1', BLOTTER_SECRET_X: '1', BLOTTER_TEST_DATA: 'd', PATH: 'p' },
  })
  assert.deepEqual(notices, [
    'The variable BLOTTER_LAEK sets nothing; did you mean BLOTTER_LAKE?',
    'The variable BLOTTER_PORT sets nothing.',
  ])
})

test('paths of the file are relative to it, others to the working directory', () => {
  const files = { '/etc/blotter/b.yaml': 'lake: l\npipeline: p' }
  const config = load(undefined, { file: '/etc/blotter/b.yaml', env: { BLOTTER_STATE: 's' } }, files)
  assert.deepEqual([config.lake, config.pipeline, config.state], ['/etc/blotter/l', '/etc/blotter/p', '/city/s'])
  assert.match(load('lake: s3://b/p').state, /^\/city\/\.blotter\/[0-9a-f]{12}$/)
})

test('every key says what it is', () => {
  for (const key of CONFIG_KEYS) assert.ok(key.description.length > 0, key.path)
})

test('durations, sizes and percentages mean what they say', () => {
  assert.equal(durationMs('1h30m'), 5_400_000)
  assert.equal(durationMs('250ms'), 250)
  assert.equal(durationMs('1d'), 86_400_000)
  assert.equal(sizeBytes('1.5GiB'), 1.5 * 2 ** 30)
  assert.equal(sizeBytes('2 GB'), 2e9)
  assert.equal(fraction('0.1%'), 0.001)
})

test('whatever stands in the file, it is read or refused with config_invalid', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        fc.dictionary(fc.constantFrom('lake', 'sla', 'memory', 'x'), fc.jsonValue()).map((v) => JSON.stringify(v)),
      ),
      (yaml) => {
        try {
          load(yaml)
        } catch (error) {
          assert.ok(error instanceof BlotterError && error.code === 'config_invalid', String(error))
        }
      },
    ),
    { numRuns: 300 },
  )
})
