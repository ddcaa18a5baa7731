/** Gives a credential when it is needed, so that none lies about in memory or is printed with the configuration. */
export type Credential = () => Promise<string>

/** What the platform is told, checked and complete: durations in ms, sizes in bytes, percentages as parts of one. */
export interface Config {
  /** The file that was read, if any. */
  file: string | undefined
  source: { url: string | undefined; password: Credential | undefined; columns: Readonly<Record<string, string>> }
  /** Absolute folder, or `s3://bucket/prefix`. */
  lake: string
  /** Absolute folder of the state databases. */
  state: string
  /** Absolute folder that says what flows. */
  pipeline: string
  engine: 'duckdb' | 'spark'
  memoryBytes: number
  schedule: { cron: string | undefined; timezone: string; onSourceChangeMs: number | undefined } | undefined
  sla: { runMs: number; freshnessMs: number | undefined; stepsMs: Readonly<Record<string, number>> }
  guards: { vanishedMax: number; keylessMax: number }
  /** Which batches `blotter expire` keeps: a batch stays if either number says so. */
  retention: { batches: number | undefined; days: number | undefined }
  alerts: AlertsConfig
  secrets: { backend: 'vault' | 'env' | 'aws'; rotateEveryMs: number }
  server: { host: string; port: number }
  openLineage: OpenLineageConfig
  /** What looks like a mistake but stops nothing, such as a `BLOTTER_*` variable that no key answers to. */
  notices: readonly string[]
}

/** Where lineage events are posted to; without a URL they stay in the lake alone. */
export interface OpenLineageConfig {
  /** Of jobs; default `blotter`. */
  namespace: string
  url: string | undefined
  apiKey: Credential | undefined
}

export interface AlertsConfig {
  email: EmailConfig | undefined
  webhook: Credential | undefined
  /** When people are told that all went well: never, once a day, or after each run. */
  digest: 'never' | 'daily' | 'run'
  /** Where people find Blotter's pages, for links. */
  link: string | undefined
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
