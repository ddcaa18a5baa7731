import type { Command } from 'commander'
import type { Environment } from '../config.ts'
import type { Config } from '../model/configuration.ts'
import type { AirflowFile, AirflowVersion, DagDefinition } from '../model/dag.ts'
import type { Log } from '../log.ts'
import type { Watch } from '../platform/running/watch.ts'
import type { Alerts, Platform } from './platform-port.ts'
import type { Serving } from '../platform/serving/serving.ts'
import type { Terminal } from './terminal.ts'

/** What the command line is given by the process, or by a test. */
export interface CommandLineInputs {
  terminal: Terminal
  env: Environment
  cwd: string
  /** Aborted by the first Ctrl-C or SIGTERM. */
  signal: AbortSignal
  openPlatform(config: Config, log: Log): Promise<Platform>
  /** Answers requests at an address until it is closed; `src/server` stands beside the command line, so it is handed in. */
  startServer(services: Serving, options: Config['server']): Promise<{ url: string; close(): Promise<void> }>
  /** Writes a DAG for Airflow; `src/airflow` stands beside the command line, so it is handed in. */
  renderAirflow(definition: DagDefinition, version: AirflowVersion): Promise<AirflowFile[]>
  /** Asks for a secret unseen, or takes it from a pipe. */
  readSecret(question: string): Promise<string>
  /** What alerts need, without engine and lake: a watcher is to be small. */
  openAlerts(config: Config, log: Log): Promise<Alerts>
}

/** What a verb works with; configuration and platform are made when it asks. */
export interface Invocation extends CommandLineInputs {
  readonly json: boolean
  readonly debug: boolean
  config(): Config
  /** Opens the platform for as long as the work takes. */
  withPlatform<T>(work: (platform: Platform) => Promise<T>): Promise<T>
  /** The same, with progress on stderr while it works; a service logs there whether or not somebody debugs. */
  watched<T>(work: (platform: Platform, watch: Watch) => Promise<T>, options?: { service?: boolean }): Promise<T>
  /** Prints one document with `--json`, else the text for people. */
  print(document: unknown, text: () => string): Promise<void>
  /** Opens the alerts of the lake for as long as the work takes. */
  withAlerts<T>(work: (alerts: Alerts) => Promise<T>): Promise<T>
  /** What to exit with if nothing fails; 0 unless said. */
  exitWith(code: number): void
}

/** A verb's work. */
export type Action<A extends readonly unknown[], O> = (invocation: Invocation, args: A, options: O) => Promise<void>

/** Adds verbs to the command tree, and gives them what they work with. */
export interface Verbs {
  program: Command
  /** Makes a commander action of a verb's work: arguments first, then the verb's own options. */
  action<A extends readonly unknown[], O>(work: Action<A, O>): (...received: unknown[]) => Promise<void>
}
