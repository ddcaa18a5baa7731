import { z } from 'zod'
import { STEPS } from '../model/report.ts'
import { cronProblem } from '../orchestrate/schedule/schedule.ts'
import { DURATION, durationMs, fraction, LARGEST_BYTES, LONGEST_MS, PERCENT, SIZE, sizeBytes } from './units.ts'

/** U+FFFD stands where an argument or a variable was no UTF-8. */
const text = z.string().regex(/^(?=.*\S)[^\p{Cc}\ufffd]*$/u, 'expected some text on one line, in UTF-8')
/** What looks like another machine's, or is the shell's to write out, would make a folder of that name here. */
const path = text.regex(/^(?!~|[A-Za-z][\w+.-]*:\/\/)/, 'expected a path on this machine, with ~ written out')
const lake = text.regex(
  /^(?:s3:\/\/[A-Za-z0-9][\w.-]*(?:\/.*)?$|(?!~|[A-Za-z][\w+.-]*:\/\/))/,
  'expected a folder, with ~ written out, or a bucket such as s3://bucket/prefix',
)
/** A name or an address, without port. */
const host = z.string().regex(/^[\w.:%-]+$/, 'expected a name or an address such as 127.0.0.1')
const duration = z
  .string()
  .regex(DURATION, 'expected a duration such as 34m, 26h or 1h30m')
  .transform(durationMs)
  .refine((ms) => ms <= LONGEST_MS, 'expected at most 3650d')
/** For limits on time, which none can keep that is nothing. */
const limit = duration.refine((ms) => ms > 0, 'expected more than no time')
const size = z
  .string()
  .regex(SIZE, 'expected a size such as 1GiB or 512MiB')
  .transform(sizeBytes)
  .refine((bytes) => bytes <= LARGEST_BYTES, 'expected at most 1024TiB')
const percent = z
  .string()
  .regex(PERCENT, 'expected a percentage such as 5% or 0.1%')
  .transform(fraction)
  .refine((part) => part <= 1, 'expected at most 100%')

/** Where a credential is found; the credential itself never stands in the file. */
export const SECRET = /^secret:\/\/([A-Za-z][A-Za-z0-9_-]*)$/
const secret = z.string().regex(SECRET, 'expected secret://NAME, not the credential itself').meta({ writeOnly: true })

const cron = z.string().superRefine((text, context) => {
  const problem = cronProblem(text)
  if (problem !== undefined)
    context.addIssue({ code: 'custom', message: `expected cron fields such as 0 6 * * *; ${problem}` })
})
const timezone = z.string().refine(isTimezone, 'expected an IANA time zone such as America/Chicago')

const rotation = z.strictObject({
  admin_user: text.default('root').meta({ description: 'Account that makes the second account and sets passwords.' }),
  admin_password: secret
    .optional()
    .meta({ description: 'Its password. Without it the two accounts have to be there and set their own.' }),
  clone: text
    .optional()
    .meta({ description: 'Name of the second account (default: that of the URL with `_clone` behind it).' }),
})

const source = z
  .strictObject({
    url: text.meta({ description: 'The table that incidents are read from; without a password.' }),
    password: secret.meta({ description: 'Password of the source.' }),
    columns: z
      .record(z.string(), text)
      .meta({ description: 'Names in the source and the column each one is: `Where: block`.' }),
    rotation,
  })
  .partial()

const schedule = z
  .strictObject({
    cron: cron.meta({ description: 'When `blotter serve` makes a batch, as five or six cron fields.' }),
    timezone: timezone.default('UTC').meta({ description: 'IANA zone of the cron fields.' }),
    on_source_change: duration
      .refine((ms) => ms >= 1000, 'expected at least 1s')
      .meta({
        description: 'Ask the source this often whether it has something new, and run if so.',
      }),
  })
  .partial({ cron: true, on_source_change: true })

const load = z.strictObject({
  from: z
    .string()
    .regex(/^(?:socrata|file|demo):/, 'expected socrata://HOST/DATASET, file:GLOB or demo://NAME')
    .meta({ description: 'What `blotter serve` loads into the MySQL source before each run that it begins.' }),
  before: z.literal('extract').default('extract').meta({ description: 'The step before which it is loaded.' }),
})

const sla = z.strictObject({
  run: limit.prefault('34m').meta({ description: 'How long a run may take before people are told.' }),
  freshness: limit.optional().meta({ description: 'How old the newest batch may become before people are told.' }),
  steps: z
    .partialRecord(z.enum(STEPS), limit)
    .prefault({})
    .meta({ description: 'The same for single steps: `extract: 10m`.' }),
})

const guards = z.strictObject({
  vanished_max: percent
    .prefault('5%')
    .meta({ description: 'A run is held if more of the incidents than this have vanished.' }),
  keyless_max: percent.prefault('0.1%').meta({ description: 'A run is held if more of the rows than this have no key.' }),
})

const retention = z
  .strictObject({
    batches: z.int().min(1).meta({ description: '`blotter expire` keeps the newest so many batches.' }),
    days: z.int().min(0).meta({ description: '`blotter expire` keeps batches younger than so many days.' }),
  })
  .partial()

const spark = z.strictObject({
  home: path
    .optional()
    .meta({ description: 'Folder of Spark 3.5, 4.0 or 4.1 (default: `SPARK_HOME`, or spark-submit on the PATH).' }),
  master: text.default('local[*]').meta({ description: 'Where Spark runs: `local[*]`, `yarn`, `spark://HOST:PORT`.' }),
  jars: z
    .array(text)
    .default([])
    .meta({ description: 'Jars of Iceberg, of MySQL’s driver and of SQLite’s, where Spark’s own folder has them not.' }),
  catalog: z
    .url({ protocol: /^https?$/, error: 'expected an http or https URL' })
    .optional()
    .meta({ description: 'Iceberg REST catalog of `blotter serve` (default: the lake’s own file).' }),
  token: secret.optional().meta({ description: 'Token for that catalog, with the scopes catalog:read and pipeline:write.' }),
  conf: z.record(z.string(), z.string()).default({}).meta({ description: 'Settings of Spark’s own.' }),
})

/** One address, with or without a name before it; what ends a line would end a header. */
const address = z.string().regex(/^[^\r\n,]*[^\s@,<>]+@[^\s@,<>]+>?$/, 'expected an address such as desk@example.org')

const email = z.strictObject({
  host: host.meta({ description: 'SMTP server; the name that its certificate bears.' }),
  port: z.int().min(1).max(65_535).default(587).meta({ description: 'Its port.' }),
  tls: z
    .enum(['starttls', 'implicit'])
    .optional()
    .meta({ description: 'STARTTLS, or TLS from the first byte; by default the latter on port 465 alone. Never none.' }),
  user: text.optional().meta({ description: 'User name, where the server wants one.' }),
  password: secret.optional().meta({ description: 'Password of that user.' }),
  from: address.meta({ description: 'Sender.' }),
  to: z.array(address).min(1).max(100).meta({ description: 'Receivers.' }),
  ca: path.optional().meta({ description: 'File of certificates to trust beside the usual ones.' }),
})

const alerts = z.strictObject({
  email: email.optional(),
  webhook: secret.optional().meta({ description: 'URL that gets a POST for each alert; a credential, as it is in itself.' }),
  digest: z.enum(['never', 'daily', 'run']).default('never').meta({
    description: 'When people are told that all went well: after the first run of a day, after each run, or never.',
  }),
  link: z
    .url({ protocol: /^https?$/, error: 'expected an http or https URL' })
    .optional()
    .meta({ description: 'Address under which people reach `blotter serve`, for links in alerts.' }),
})

const secrets = z.strictObject({
  backend: z
    .enum(['vault', 'env', 'aws'])
    .optional()
    .meta({
      description:
        'Where `secret://NAME` is found behind the environment: encrypted file, nowhere else, or AWS Secrets Manager ' +
        '(default: `vault` where there is one, else `env`).',
    }),
  rotate_every: limit.prefault('30d').meta({ description: 'How often credentials are renewed.' }),
  vault_file: path.optional().meta({ description: 'The encrypted file (default: `vault.json` in the state folder).' }),
  key_file: path
    .optional()
    .meta({ description: 'File of the vault’s key, readable by its owner alone (default: `vault.key` beside the vault).' }),
  prefix: z
    .string()
    .regex(/^[A-Za-z0-9/_+=.@-]{0,128}$/, 'expected letters, digits and /_+=.@-')
    .default('blotter/')
    .meta({ description: 'What stands before each name in AWS Secrets Manager.' }),
  region: z
    .string()
    .regex(/^[a-z0-9-]+$/, 'expected a region such as us-east-1')
    .optional()
    .meta({ description: 'AWS region of the secrets (default: that of AWS’s own configuration).' }),
})

const tls = z.strictObject({
  cert: path.meta({ description: 'File of the certificate that pages and API are served with, its chain included (PEM).' }),
  key: path.meta({ description: 'File of its private key (PEM).' }),
})

/** A name as browsers send it; with a port where it is not the usual one. */
const hostName = z
  .string()
  .regex(/^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?$/, 'expected a name such as blotter.example.org')

const oidc = z.strictObject({
  issuer: z
    .url({ protocol: /^https?$/, error: 'expected the https URL of the issuer' })
    .refine(
      (url) => url.startsWith('https:') || /^http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::|\/|$)/.test(url),
      'expected https',
    )
    .meta({ description: 'Issuer of single sign-on (OpenID Connect), as its own documents name it.' }),
  client_id: text.meta({ description: 'What the issuer knows Blotter by.' }),
  client_secret: secret.optional().meta({ description: 'Its secret, where the issuer gave one.' }),
  name: text.max(60).default('single sign-on').meta({ description: 'What the button on the login page says.' }),
  role: z
    .enum(['viewer', 'operator'])
    .optional()
    .meta({ description: 'Role of whoever signs in first; without it only those who were added get in.' }),
  hosts: z
    .array(hostName)
    .default([])
    .meta({ description: 'Other hosts that the issuer’s documents may name for its keys and tokens.' }),
})

const server = z.strictObject({
  host: host.default('127.0.0.1').meta({ description: 'Address that `blotter serve` listens on.' }),
  port: z.int().min(0).max(65_535).default(7070).meta({ description: 'Its port; 0 takes a free one.' }),
  hosts: z.array(hostName).default([]).meta({
    description: 'Names under which people reach it, beside localhost, this machine’s name and addresses in numbers.',
  }),
  tls: tls.optional(),
  trust_proxy: z
    .array(z.string().regex(/^[0-9A-Fa-f:.]+(?:\/\d{1,3})?$/, 'expected an address such as 127.0.0.1 or 10.0.0.0/8'))
    .default([])
    .meta({ description: 'Addresses of proxies whose X-Forwarded-For, -Proto and -Host are believed.' }),
  oidc: oidc.optional(),
})

const dashboard = z.strictObject({
  memory: size.prefault('1GiB').meta({
    description:
      'What dashboards may hold in memory; half of it at a time, since a refresh holds the old batch and the new.',
  }),
})

/** With less the engine does not even open a table. */
const LEAST_MEMORY_BYTES = sizeBytes('64MiB')

/** `blotter.yaml` (docs/configuration.md). What a person writes is the input; what the platform reads is the output. */
export const configSchema = z.strictObject({
  source: source.prefault({}),
  pipeline: path
    .optional()
    .meta({ description: 'Folder that says what flows (default: the installation’s `pipelines/chicago-crimes`).' }),
  lake: lake.default('./lake').meta({ description: 'Folder or bucket (`s3://bucket/prefix`) of the tables.' }),
  catalog: z.enum(['sqlite', 'glue']).default('sqlite').meta({
    description:
      'What knows the tables: a file beside the lake (beside the state of a bucket), or AWS Glue, which several hosts may write.',
  }),
  cache: size.prefault('10GiB').meta({ description: 'Local copies of a bucket’s files, which the engine reads.' }),
  state: path.optional().meta({
    description:
      'Folder of the state databases (default: `.blotter` in the lake; `./.blotter/<hash of the lake>` for a bucket).',
  }),
  engine: z.enum(['duckdb', 'spark']).default('duckdb').meta({ description: 'What runs the SQL.' }),
  spark: spark.prefault({}),
  memory: size
    .refine((bytes) => bytes >= LEAST_MEMORY_BYTES, 'expected at least 64MiB')
    .prefault('1GiB')
    .meta({ description: 'Upper limit of the engine’s memory; beyond it, it spills to disk.' }),
  dashboard: dashboard.prefault({}),
  schedule: schedule.optional(),
  load: load.optional(),
  sla: sla.prefault({}),
  guards: guards.prefault({}),
  retention: retention.prefault({}),
  alerts: alerts.prefault({}),
  secrets: secrets.prefault({}),
  server: server.prefault({}),
})

export type ConfigValues = z.output<typeof configSchema>

function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

/** The JSON Schema that editors complete `blotter.yaml` with; shipped as `docs/blotter.schema.json`. */
export function configJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(configSchema, { io: 'input' }), title: 'blotter.yaml' }
}
