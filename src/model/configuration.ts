/** Gives a credential when it is needed, so that none lies about in memory or is printed with the configuration. */
export interface Credential {
  (): Promise<string>
  /** The NAME of `secret://NAME`; absent where the environment holds the credential itself. */
  readonly secret?: string
}

/** What the platform is told, checked and complete: durations in ms, sizes in bytes, percentages as parts of one. */
export interface Config {
  /** The file that was read, if any. */
  file: string | undefined
  source: {
    url: string | undefined
    password: Credential | undefined
    columns: Readonly<Record<string, string>>
    rotation: RotationConfig | undefined
  }
  /** Absolute folder, or `s3://bucket/prefix`. */
  lake: string
  catalog: 'sqlite' | 'glue'
  /** What local copies of a bucket's files may take. */
  cacheBytes: number
  /** Absolute folder of the state databases. */
  state: string
  /** Absolute folder that says what flows. */
  pipeline: string
  engine: 'duckdb' | 'spark'
  spark: SparkConfig
  memoryBytes: number
  /** What dashboards may hold in memory together. */
  dashboard: { memoryBytes: number }
  schedule: { cron: string | undefined; timezone: string; onSourceChangeMs: number | undefined } | undefined
  /** What is loaded into the source before each run that begins by itself. */
  load: { from: string } | undefined
  sla: { runMs: number; freshnessMs: number | undefined; stepsMs: Readonly<Record<string, number>> }
  guards: { vanishedMax: number; keylessMax: number }
  /** Which batches `blotter expire` keeps: a batch stays if either number says so. */
  retention: { batches: number | undefined; days: number | undefined }
  alerts: AlertsConfig
  secrets: SecretsConfig
  server: ServerConfig
  openLineage: OpenLineageConfig
  /** Undefined: runs are not traced. */
  tracing: TracingConfig | undefined
  /** What looks like a mistake but stops nothing, such as a `BLOTTER_*` variable that no key answers to. */
  notices: readonly string[]
}

export interface ServerConfig {
  host: string
  port: number
  /** Names under which people reach it, beside those that are its own anyway. */
  hosts: readonly string[]
  /** Absolute paths of PEM files. */
  tls: { cert: string; key: string } | undefined
  /** Addresses and networks of proxies that are believed. */
  trustProxy: readonly string[]
  oidc: SingleSignOnConfig | undefined
}

/** Single sign-on by OpenID Connect. */
export interface SingleSignOnConfig {
  issuer: string
  clientId: string
  clientSecret: Credential | undefined
  /** For people. */
  name: string
  /** Of those who were not added before they came; undefined: they are refused. */
  role: 'viewer' | 'operator' | undefined
  hosts: readonly string[]
}

/** Where lineage events are posted to; without a URL they stay in the lake alone. */
export interface OpenLineageConfig {
  /** Of jobs; default `blotter`. */
  namespace: string
  url: string | undefined
  apiKey: Credential | undefined
}

/** Where traces of runs are sent to, by OTLP over HTTP. */
export interface TracingConfig {
  url: string
  /** `name=value,…`, as OpenTelemetry has them. */
  headers: Credential | undefined
  service: string
}

export interface AlertsConfig {
  email: EmailConfig | undefined
  webhook: Credential | undefined
  /** When people are told that all went well: never, once a day, or after each run. */
  digest: 'never' | 'daily' | 'run'
  /** Where people find Blotter's pages, for links. */
  link: string | undefined
}

/** How the password of the source's account is renewed: by turns with that of a second account. */
export interface RotationConfig {
  /** Who makes the second account and sets passwords; without a password the accounts set their own. */
  adminUser: string
  adminPassword: Credential | undefined
  /** Name of the second account; default: the first one's with `_clone` behind it. */
  clone: string | undefined
}

export interface SecretsConfig {
  /** Undefined: the vault where there is one, else the environment. */
  backend: 'vault' | 'env' | 'aws' | undefined
  rotateEveryMs: number
  /** Absolute paths. */
  vaultFile: string
  keyFile: string
  /** Stands before each name in AWS Secrets Manager. */
  prefix: string
  region: string | undefined
  /** The environment, to be asked for what it holds; nothing of it stands in the configuration. */
  variables: Variables
}

/** How variables of the environment, and the files that they name, are read. */
export interface Variables {
  get(variable: string): string | undefined
  names(): readonly string[]
  /** The text of a file, or undefined where there is none. */
  readFile(path: string): string | undefined
}

export interface EmailConfig {
  host: string
  port: number
  /** STARTTLS on a connection that begins in the open, or TLS from the first byte; never none. */
  tls: 'starttls' | 'implicit'
  user: string | undefined
  password: Credential | undefined
  from: string
  to: readonly string[]
  /** Absolute path. */
  ca: string | undefined
}

/** How `engine: spark` runs. */
export interface SparkConfig {
  /** Absolute folder. */
  home: string | undefined
  javaHome: string | undefined
  master: string
  /** Absolute paths, or places such as `s3://bucket/x.jar`. */
  jars: readonly string[]
  /** URL of an Iceberg REST catalog; undefined for the lake's own file. */
  catalog: string | undefined
  token: Credential | undefined
  conf: Readonly<Record<string, string>>
}
