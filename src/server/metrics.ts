import type { FastifyInstance } from 'fastify'
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { Figures } from '../platform/serving/figures.ts'
import type { Services } from './services.ts'

/** `/metrics` in the text format of Prometheus 0.0.4, for tokens of the scope `metrics`. */
export function metrics(app: FastifyInstance, { figures }: Services): void {
  const process = new Registry()
  collectDefaultMetrics({ register: process })
  app.get('/metrics', { config: { scope: 'metrics' } }, async (_request, reply) => {
    const own = await registryOf(await figures())
    reply.type(own.contentType)
    return `${await own.metrics()}${await process.metrics()}`
  })
}

/** What a metric says, its labels, and its values out of the figures. */
interface Metric {
  help: string
  labels?: readonly string[]
  values(figures: Figures): readonly Value[]
}

type Value = readonly [value: number | undefined, labels?: Record<string, string>]

/** Every metric by name; the dashboard and the alert rules in examples/ are held to these names. */
export const METRICS: Readonly<Record<string, Metric>> = {
  blotter_runs: { help: 'Runs by how they ended.', labels: ['state'], values: ({ runs }) => byName(runs, 'state') },
  blotter_last_run_state: {
    help: 'One for the state of the run that was begun last.',
    labels: ['state'],
    values: ({ lastRun }) => (lastRun ? [[1, { state: lastRun.state }]] : []),
  },
  blotter_last_run_seconds: {
    help: 'How long that run took, or takes so far.',
    values: ({ lastRun }) => [[lastRun?.seconds]],
  },
  blotter_last_run_started_timestamp_seconds: {
    help: 'When it was begun.',
    values: ({ lastRun }) => [[lastRun?.startedAt]],
  },
  blotter_last_run_step_seconds: {
    help: 'How long each of its steps took, all attempts together.',
    labels: ['step'],
    values: ({ lastRun }) => (lastRun?.steps ?? []).map(({ step, seconds }) => [seconds, { step }]),
  },
  blotter_last_run_step_attempts: {
    help: 'How often each of its steps was tried.',
    labels: ['step'],
    values: ({ lastRun }) => (lastRun?.steps ?? []).map(({ step, attempts }) => [attempts, { step }]),
  },
  blotter_next_run_timestamp_seconds: {
    help: 'When the schedule has the next run due.',
    values: ({ nextRunAt }) => [[nextRunAt]],
  },
  blotter_rows: {
    help: 'Rows of the newest run that succeeded, by what became of them.',
    labels: ['outcome'],
    values: ({ rows }) => byName(rows, 'outcome'),
  },
  blotter_changes: {
    help: 'Incidents that the same run found changed, by kind.',
    labels: ['kind'],
    values: ({ changes }) => byName(changes, 'kind'),
  },
  blotter_batches: { help: 'Batches in the lake.', values: ({ batches }) => [[batches]] },
  blotter_newest_batch_timestamp_seconds: {
    help: 'The time that names the newest batch.',
    values: ({ newestBatchAt }) => [[newestBatchAt]],
  },
  blotter_lake_bytes: {
    help: 'Bytes of all files in the lake, old versions included; counted every five minutes.',
    values: ({ lakeBytes }) => [[lakeBytes]],
  },
  blotter_table_rows: {
    help: 'Rows of each table now.',
    labels: ['table'],
    values: ({ tables }) => tables.map(({ table, rows }) => [rows, { table }]),
  },
  blotter_table_bytes: {
    help: 'Bytes of the files that each table reads now.',
    labels: ['table'],
    values: ({ tables }) => tables.map(({ table, bytes }) => [bytes, { table }]),
  },
  blotter_table_files: {
    help: 'How many files that are.',
    labels: ['table'],
    values: ({ tables }) => tables.map(({ table, files }) => [files, { table }]),
  },
  blotter_table_snapshots: {
    help: 'Snapshots that each table has.',
    labels: ['table'],
    values: ({ tables }) => tables.map(({ table, snapshots }) => [snapshots, { table }]),
  },
  blotter_deadline_margin_seconds: {
    help: 'What is left of each limit on time: of the run, its steps, the data’s freshness. Below zero it is missed.',
    labels: ['scope'],
    values: ({ margins }) => byName(margins, 'scope'),
  },
  blotter_secret_age_seconds: {
    help: 'How long ago each secret was made.',
    labels: ['secret'],
    values: ({ secrets }) => secrets.map(({ secret, age }) => [age, { secret }]),
  },
  blotter_secret_due_timestamp_seconds: {
    help: 'When each secret is to be renewed.',
    labels: ['secret'],
    values: ({ secrets }) => secrets.map(({ secret, due }) => [due, { secret }]),
  },
  blotter_outbox_alerts: { help: 'Alerts that wait to be sent.', values: ({ outbox }) => [[outbox.alerts]] },
  blotter_outbox_alerts_given_up: {
    help: 'Alerts that could not be sent for a day.',
    values: ({ outbox }) => [[outbox.givenUp]],
  },
  blotter_unreadable: {
    help: 'One for each of state, lake and secrets that could not be read: its figures are missing.',
    labels: ['part'],
    values: ({ unreadable }) => unreadable.map((part) => [1, { part }]),
  },
  blotter_outbox_lineage: { help: 'Lineage events that wait to be posted.', values: ({ outbox }) => [[outbox.lineage]] },
}

/** What is not known has no series, rather than a zero that means something else. */
async function registryOf(figures: Figures): Promise<Registry> {
  const registry = new Registry()
  for (const [name, { help, labels = [], values }] of Object.entries(METRICS)) {
    const known = values(figures).filter(([value]) => value !== undefined)
    if (known.length === 0) continue
    const gauge = new Gauge({ name, help, labelNames: labels, registers: [registry] })
    for (const [value, of = {}] of known) gauge.set(of, value!)
  }
  return registry
}

function byName(numbers: Readonly<Partial<Record<string, number>>>, label: string): Value[] {
  return Object.entries(numbers).map(([name, value]) => [value, { [label]: name }])
}
