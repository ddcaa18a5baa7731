import type { DagDefinition } from '../../src/model/dag.ts'
import type { DeliveryRow } from '../../src/state/alert-rows.ts'
import type { Alerts, Platform } from '../../src/cli/platform-port.ts'
import type { Serving } from '../../src/platform/serving/serving.ts'
import type { QueryResult } from '../../src/query/query.ts'
import { runCommandLine } from '../../src/cli/program.ts'
import { PLAIN, type Output } from '../../src/cli/terminal.ts'
import { fakeCitations } from './fake-citations.ts'
import { LINEAGE } from './fake-lineage.ts'
import { REPORT } from './fake-report.ts'
import { fakeSecrets } from './fake-secrets.ts'

const BATCH = { batch_at: REPORT.batch_at, run: REPORT.run, kind: REPORT.kind, rows: REPORT.rows, changes: REPORT.changes }
const RUN = {
  run: REPORT.run,
  batch_at: REPORT.batch_at,
  kind: 'incremental' as const,
  state: 'failed' as const,
  started_at: '2026-11-23T06:00:00.000Z',
  finished_at: '2026-11-23T06:00:09.000Z',
  seconds: 9,
  source: 'demo://chicago',
}

export function queryResult(rows: Record<string, bigint | string | null>[]): QueryResult {
  let closed = false
  return {
    columns: [
      { name: 'id', type: 'BIGINT' },
      { name: 'note', type: 'VARCHAR' },
    ],
    batchAt: REPORT.batch_at,
    async *rows() {
      await Promise.resolve()
      if (closed) throw new Error('the result was closed before it was read')
      yield rows
    },
    writeParquet: async () => ({ rows: rows.length, sizeBytes: 1 }),
    [Symbol.asyncDispose]: async () => void (closed = true),
  }
}

/** What the fake platform answers, verb by verb. */
const FACTS = {
  run: REPORT,
  load: {
    into: 'mysql://db/chicago',
    table: 'crimes',
    created: true,
    seconds: 2,
    rows: { read: 10, inserted: 8, updated: 1, unchanged: 1, refused: 0 },
  },
  batches: [{ ...BATCH, batch_at: '2026-11-22T06:00:00Z' }, BATCH],
  tables: [
    {
      name: 'raw.crimes',
      doc: 'Every row.',
      rows: 300_412,
      snapshot_id: '9007199254740993',
      batch_at: REPORT.batch_at,
      files: 3,
      size_bytes: 1_234_567,
      columns: [{ name: 'id', type: 'long' }],
    },
  ],
  user: {
    id: 'u1',
    email: 'desk@example.org',
    name: 'Desk',
    role: 'operator' as const,
    state: 'invited' as const,
    two_factor: false,
    passkeys: 0,
    created_at: '2026-11-20T06:00:00.000Z',
    last_login_at: null,
  },
  query: [
    { id: 9007199254740993n, note: 'one' },
    { id: null, note: null },
  ],
  runs: [RUN],
  runShow: {
    ...RUN,
    steps: [
      {
        name: 'extract',
        state: 'succeeded' as const,
        seconds: 4,
        attempts: 1,
        started_at: '2026-11-23T06:00:00Z',
        finished_at: '2026-11-23T06:00:04Z',
      },
      {
        name: 'check',
        state: 'failed' as const,
        seconds: 5,
        attempts: 3,
        started_at: '2026-11-23T06:00:04Z',
        finished_at: '2026-11-23T06:00:09Z',
      },
      { name: 'land', state: 'queued' as const, seconds: 0, attempts: 0, started_at: null, finished_at: null },
    ],
    error: {
      code: 'source_lost',
      message: 'The source went away. Nothing was committed.',
      todo: 'Run `blotter run` again.',
    },
  },
  runResume: REPORT,
  runTerminate: { ...RUN, state: 'terminated' as const },
  runRelease: REPORT,
  quarantine: {
    total: 18,
    rules: { bad_date: 17, key_missing: 1 },
    rows: [
      { batch_at: REPORT.batch_at, run: REPORT.run, rule: 'bad_date', key: '7', values: { id: '7', date: '0000-00-00' } },
    ],
  },
  diff: {
    from: '2026-11-22T06:00:00Z',
    to: REPORT.batch_at,
    incidents: 500,
    counts: { new: 412, arrested: 96 },
  },
  history: {
    id: '7',
    entered: REPORT.batch_at,
    now: { id: '7', arrest: true },
    changes: [
      {
        batch_at: REPORT.batch_at,
        kinds: ['arrested'],
        columns: ['arrest'],
        before: { arrest: false },
        after: { arrest: true },
      },
    ],
  },
  token: {
    name: 'spark',
    scopes: ['catalog:read' as const],
    state: 'active' as const,
    created_at: '2026-11-23T06:00:00.000Z',
    expires_at: null,
    last_used_at: null,
    revoked_at: null,
  },
  doctor: [{ name: 'lake', state: 'ok' as const, message: 'readable' }],
}

const RESTORE_PREVIEW = {
  dry_run: true as const,
  restore: { table: 'raw.crimes', batch: '2026-11-22T06:00:00Z', where: 'year = 2019' },
  incidents: 1200,
  changes: { vanished: 3, arrest_withdrawn: 40 },
  rows: { before: 300_412, after: 300_409 },
}

const LIFTED = { lifted: [{ ...RESTORE_PREVIEW.restore, since: REPORT.batch_at }], held: [] }

const ALERT: DeliveryRow = {
  event: 'run_failed',
  subject: RUN.run,
  run: RUN.run,
  raised_at: '2026-11-23T06:00:09.000Z',
  channel: 'email',
  state: 'waiting',
  attempts: 3,
  next_at: '2026-11-23T06:00:20.000Z',
  problem: 'The mail server smtp.example.org:587 could not be talked to.',
  ended_at: null,
}

function fakeAlerts(calls: unknown[][]): Alerts {
  return {
    list: async () => [ALERT],
    send: async () => ({ sent: 1, failed: [] }),
    async watch(options) {
      calls.push(['watch', options])
      return 'done'
    },
    [Symbol.dispose]() {},
  }
}

/** A platform that answers with the same facts every time and notes what it was asked. */
export function fakePlatform(calls: unknown[][], overrides: Partial<Platform> = {}): Platform {
  const answer =
    <T>(name: string, value: T) =>
    async (...args: unknown[]): Promise<T> => {
      calls.push([name, ...args])
      return value
    }
  const { query, ...facts } = FACTS
  return {
    run: answer('run', facts.run),
    load: answer('load', facts.load),
    batches: answer('batches', facts.batches),
    tables: answer('tables', facts.tables),
    query: answer('query', queryResult(query)),
    ...fakeCitations(answer),
    runs: answer('runs', facts.runs),
    runShow: answer('runShow', facts.runShow),
    runResume: answer('runResume', facts.runResume),
    runTerminate: answer('runTerminate', facts.runTerminate),
    runRelease: answer('runRelease', facts.runRelease),
    quarantine: answer('quarantine', facts.quarantine),
    quarantineRelease: answer('quarantineRelease', facts.run),
    diff: answer('diff', facts.diff),
    history: answer('history', facts.history),
    lineage: answer('lineage', LINEAGE),
    lineageEvents: answer('lineageEvents', [{ eventType: 'START' }, { eventType: 'COMPLETE' }]),
    exportDashboard: answer('exportDashboard', {
      dashboard: 'crimes-without-arrest',
      batch_at: '2026-11-23T06:00:00Z',
      folder: '/site',
      files: 42,
    }),
    restore: answer('restore', { ...facts.run, kind: 'restore' as const }),
    restorePreview: answer('restorePreview', RESTORE_PREVIEW),
    restoreLift: answer('restoreLift', LIFTED),
    compact: answer('compact', {
      dry_run: false,
      tables: [{ name: 'raw.crimes', rewritten: 3, written: 1, deletes_dropped: 2, size_bytes: 1_048_576 }],
    }),
    expire: answer('expire', {
      dry_run: false,
      expired: ['2026-11-21T06:00:00Z'],
      kept: ['2026-11-22T06:00:00Z', REPORT.batch_at],
      files: 12,
      size_bytes: 1_048_576,
    }),
    relocate: answer('relocate', { from: '/srv/old', to: 'file:///srv/new', tables: ['raw.crimes'] }),
    backup: answer('backup', {
      folder: '/backup',
      files: [{ name: 'catalog.sqlite', size_bytes: 4096 }],
      keys_not_copied: ['/state/login.key'],
    }),
    ...fakeSecrets(answer),
    userAdd: answer('userAdd', { ...facts.user, link: '/login#link=one-time', link_expires_at: '2026-11-25T06:00:00.000Z' }),
    userList: answer('userList', [facts.user]),
    userRemove: answer('userRemove', facts.user),
    userResetMfa: answer('userResetMfa', {
      ...facts.user,
      link: '/login#link=one-time',
      link_expires_at: '2026-11-25T06:00:00.000Z',
    }),
    firstUserLink: answer('firstUserLink', undefined),
    tokenAdd: answer('tokenAdd', { ...facts.token, token: 'blotter_id_secret' }),
    tokenList: answer('tokenList', [facts.token]),
    tokenRevoke: answer('tokenRevoke', facts.token),
    sparkRender: answer('sparkRender', { folder: '/srv/spark', files: ['README.md', 'sql/0-tables.sql'], assumed: false }),
    airflowDag: answer('airflowDag', DAG),
    serving: () => ({}) as Serving,
    workBeside: async () => {},
    doctor: answer('doctor', facts.doctor),
    [Symbol.asyncDispose]: async () => void calls.push(['dispose']),
    ...overrides,
  }
}

export interface Printed {
  exitCode: number
  stdout: string
  stderr: string
  calls: unknown[][]
}

interface Given {
  platform?: Partial<Platform>
  terminalColumns?: number
  env?: Record<string, string>
  signal?: AbortSignal
  /** What the platform logs when it is opened. */
  logged?: string
  /** What is typed when a secret is asked for. */
  secret?: string
}

const DAG: DagDefinition = {
  pipeline: 'city',
  description: 'A city.',
  codeVersion: '1',
  steps: ['extract'],
  command: { submit: ['spark-submit'], conf: {}, program: ['${code}/blotter_batch.py'] },
  schedule: undefined,
  pollSeconds: undefined,
  source: { table: 'crimes', key: 'id', cursor: 'updated_on' },
  tables: ['raw.crimes'],
  deadlineSeconds: 2040,
  mail: { from: 'blotter@example.org', to: ['duty@example.org'] },
}

/** Runs a command line in this process against the fake platform. */
export async function blotter(args: readonly string[], given: Given = {}): Promise<Printed> {
  const calls: unknown[][] = []
  const printed = { stdout: '', stderr: '' }
  const output = (name: 'stdout' | 'stderr'): Output => ({
    isTerminal: given.terminalColumns !== undefined,
    columns: given.terminalColumns,
    styles: PLAIN,
    write: async (text) => void (printed[name] += text),
  })
  const exitCode = await runCommandLine(args, {
    terminal: { out: output('stdout'), err: output('stderr') },
    env: given.env ?? {},
    cwd: '/nowhere',
    signal: given.signal ?? new AbortController().signal,
    readSecret: async (question) => {
      calls.push(['readSecret', question])
      return given.secret ?? ''
    },
    startServer: async (_services, options) => {
      calls.push(['startServer', options])
      return { url: 'http://127.0.0.1:7070', close: async () => void calls.push(['close']) }
    },
    renderAirflow: async (definition, version) => {
      calls.push(['renderAirflow', definition, version])
      return [{ path: 'dags/blotter_city.py', text: `# Airflow ${version}\n` }]
    },
    openPlatform: async (config, log) => {
      calls.push(['open', config])
      if (given.logged !== undefined) log.info({}, given.logged)
      return fakePlatform(calls, given.platform)
    },
    openAlerts: async () => fakeAlerts(calls),
  })
  return { exitCode, ...printed, calls }
}
