import { readFileSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import type { App } from 'aws-cdk-lib'

const root = join(import.meta.dirname, '..', '..')

/** What differs from account to account; `--context NAME=VALUE` or `context` of cdk.json. */
export interface Settings {
  /** Absolute folder of the pipeline. */
  pipeline: string
  /** Who is told of failures, spending and lateness. */
  mail: string
  /** Where a portal's incidents come from (`socrata://HOST/DATASET`), daily; undefined: somebody else fills the source. */
  loadFrom: string | undefined
  /** A second instance of the source that takes over; doubles its price. */
  multiAz: boolean
  budgetUsd: number
  /** Of MWAA: 3.2.1 and 3.3.1 know Deadline Alerts, 2.10.3 and 2.11.2 have `sla=`. */
  airflowVersion: string
  /** A folder with wheels of what MWAA's image lacks. */
  wheels: string
  /** Cron and zone of the schedule. */
  cron: string
  timezone: string
  /** Of QuickSight, who owns what is made there: `arn:aws:quicksight:…:user/default/NAME`; undefined: nothing is made there. */
  quicksightUser: string | undefined
  /** How much an Athena query may read. */
  scanLimitBytes: number
}

/** Defaults suit a first look at one city. Throws when a setting is none. */
export function settingsOf(app: App): Settings {
  const text = (name: string): string | undefined => {
    const value: unknown = app.node.tryGetContext(name)
    return value === undefined || value === '' ? undefined : String(value)
  }
  const number = (name: string, otherwise: number): number => {
    const value = Number(text(name) ?? otherwise)
    if (!(value > 0)) throw new Error(`--context ${name}=… is to be a number above 0, got ${text(name)}`)
    return value
  }
  const pipeline = text('pipeline') ?? 'pipelines/chicago-crimes'
  return {
    pipeline: isAbsolute(pipeline) ? pipeline : join(root, pipeline),
    mail: text('mail') ?? 'blotter@example.org',
    loadFrom: text('loadFrom'),
    multiAz: text('multiAz') === 'true',
    budgetUsd: number('budgetUsd', 750),
    airflowVersion: text('airflowVersion') ?? '3.2.1',
    wheels: text('wheels') ?? join(root, 'infra', 'wheels'),
    cron: text('cron') ?? '0 6 * * *',
    timezone: text('timezone') ?? 'America/Chicago',
    quicksightUser: text('quicksightUser'),
    scanLimitBytes: number('scanLimitBytes', 10 * 2 ** 30),
  }
}

/** The version of Blotter that is deployed. */
export const blotterVersion = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version
