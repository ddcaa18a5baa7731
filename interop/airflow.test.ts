import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import type { AirflowFile, DagDefinition } from '../src/model/dag.ts'
import { renderAirflow } from '../src/airflow/render.ts'
import { makeCertificate } from '../test/services/certificate.ts'
import { headerOf, MAIL_USER, partOf, startMail } from '../test/services/mail.ts'
import { startMariaDb } from '../test/services/mariadb.ts'
import { lastCluster, putSmtpSecret, recorded } from './airflow-aws.ts'
import { prepareAirflow } from './airflow-environment.ts'
import { beLate } from './airflow-late.ts'
import { type AirflowWorld, startAirflowWorld, trusting, write } from './airflow-world.ts'

const execute = promisify(execFile)
/** Airflow starts in 5 to 10 seconds of a processor; a machine may be twenty times as slow. */
const mailTimeoutMs = 240_000
const DAG = 'blotter_chicago_crimes'
const SETTINGS = '{"poke_seconds": 1, "subnets": ["subnet-1"]}'
const definition = (second = 'check'): DagDefinition => ({
  pipeline: 'chicago-crimes',
  description: 'Crimes of a city, every version kept.',
  codeVersion: 'test',
  steps: ['extract', second, 'land'],
  command: {
    submit: ['spark-submit', '--master', 'yarn'],
    conf: { 'spark.sql.session.timeZone': 'UTC' },
    program: ['${code}/blotter_batch.py', '${code}', '${batch_at}', '${run}'],
  },
  schedule: { cron: '0 6 * * *', timezone: 'America/Chicago' },
  pollSeconds: 300,
  source: { table: 'crimes', key: 'id', cursor: 'updated_on' },
  tables: ['raw.crimes', 'history.batches'],
  deadlineSeconds: 2040,
  mail: { from: 'blotter@example.org', to: ['duty@example.org'] },
})

/** `dags test` of Airflow 3.3 ends in a traceback where a DAG has a deadline, though all its tasks went well (apache/airflow#73428). */
const forDagsTest = (files: readonly AirflowFile[]): AirflowFile[] =>
  files.map(({ path, text }) => ({ path, text: text.replace('    deadline=DEADLINE,\n', '') }))

for (const major of [2, 3] as const) {
  describe(`The DAG for Airflow ${major}`, { timeout: 900_000 }, () => {
    let folder: string
    let world: AirflowWorld
    let ruff: string

    before(async () => {
      folder = mkdtempSync(join(tmpdir(), `blotter-airflow-${major}-`))
      const programs = await prepareAirflow(major)
      ruff = programs.ruff
      world = await startAirflowWorld(programs, folder)
      put(renderAirflow(definition(), major))
    })
    after(async () => {
      await world?.[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true, force: true })
    })

    /** These files and no others are what Airflow has. */
    const put = (files: readonly AirflowFile[]): void => {
      rmSync(join(world.home, 'dags'), { recursive: true, force: true })
      for (const { path, text } of files) write(join(world.home, path), text)
      write(join(world.home, 'dags/blotter_settings.json'), SETTINGS)
    }
    /** What a script of Airflow's Python prints last, as JSON. */
    const asked = async <T>(script: string, words: readonly string[]): Promise<T> => {
      const { said } = await world.script(script, words)
      const answer = /^ANSWER (.*)$/m.exec(said)?.[1]
      assert.ok(answer, said.slice(-3000))
      return JSON.parse(answer) as T
    }
    /** States of tasks by name, of the run for this day. */
    const states = (dag: string, day: string): Record<string, string> => {
      using database = new DatabaseSync(join(world.home, 'airflow.db'), { readOnly: true })
      const named = major === 2 ? 'execution_date' : 'logical_date'
      const sql = `select t.task_id, t.state from task_instance t join dag_run r using (dag_id, run_id) where dag_id = ? and r.${named} like ?`
      const rows = database.prepare(sql).all(dag, `${day}%`)
      return Object.fromEntries(rows.map(({ task_id: task, state }) => [String(task), String(state)]))
    }

    it('is imported without an error, and says its order, schedule and outlets', async () => {
      // Beside it what is for the other major, which Airflow refuses by its name.
      const other = major === 2 ? 3 : 2
      const [dag] = renderAirflow({ ...definition(), pipeline: 'other' }, other)
      write(join(world.home, 'other', dag!.path), dag!.text)
      const folders = [join(world.home, 'dags'), join(world.home, 'other')]
      const told = await asked<Structure>('structure.py', folders)
      assert.deepEqual(Object.keys(told.errors), ['blotter_other.py'])
      const oldest = other === 2 ? '2\\.10' : '3\\.1'
      const refusal = `This DAG is for Airflow ${oldest} or later of ${other}; this is ${major}\\.[\\d.]+ `
      assert.match(told.errors['blotter_other.py']!, new RegExp(refusal))
      const { tasks, active_runs: activeRuns, schedule } = told.dags[DAG]!
      assert.deepEqual(Object.fromEntries(Object.entries(tasks).map(([name, { after: before }]) => [name, before])), {
        create_cluster: [],
        add_steps: ['create_cluster'],
        check_extract: ['add_steps'],
        check_check: ['check_extract'],
        check_land: ['check_check'],
        outcome: ['check_check', 'check_extract', 'check_land'],
        terminate_cluster: ['create_cluster', 'outcome'],
      })
      assert.equal(activeRuns, 1)
      assert.match(schedule, major === 2 ? /^DatasetOrTimeSchedule$/ : /^AssetOrTimeSchedule$/)
      assert.ok(tasks.create_cluster!.is_setup && tasks.terminate_cluster!.is_teardown)
      assert.deepEqual(tasks.outcome!.outlets, [
        'blotter://chicago_crimes/raw.crimes',
        'blotter://chicago_crimes/history.batches',
      ])
      assert.deepEqual(told.dags[`${DAG}_source`]!.tasks.look!.outlets, ['blotter://chicago_crimes/source'])
    })

    it('has the form of Airflow’s own sources', async () => {
      const files = ['dags', 'plugins'].map((part) => join(world.home, part)).filter(existsSync)
      const line = ['--isolated', '--line-length', '110', ...files]
      // Of another folder: here `src/airflow` would be what the files import.
      const options = { cwd: folder }
      // E402: it looks at Airflow's version before it imports what another one has not.
      const checked = await execute(ruff, ['check', '--select', 'E,F,W,I,B', '--ignore', 'E402', ...line], options)
      assert.match(checked.stdout, /All checks passed/)
      await execute(ruff, ['format', '--check', '--diff', ...line], options)
    })

    it('tells completed, skipped and terminated steps apart, and lost clusters', async () => {
      const told = await asked<Record<string, [string, string][]>>('checker.py', [join(world.home, `dags/${DAG}.py`)])
      const endings = (name: string): string[] => told[name]!.map(([ending]) => ending)
      assert.deepEqual(endings('good'), ['completed', 'completed'])
      assert.deepEqual(endings('failed'), ['completed', 'AirflowFailException', 'AirflowSkipException'])
      assert.deepEqual(endings('never added'), ['AirflowSkipException'])
      assert.deepEqual(endings('cancelled'), ['AirflowFailException'])
      assert.match(
        told.cancelled![0]![1],
        /terminated: cluster j-\w+ is \w+, somebody cancelled the step\. Run the DAG again/,
      )
      assert.deepEqual(endings('lost'), ['AirflowFailException', 'AirflowFailException'])
      assert.match(told.lost![0]![1], /TERMINATED_WITH_ERRORS, .*spot capacity was taken away/)
      assert.deepEqual(endings('no capacity'), ['AirflowFailException'])
      assert.match(told['no capacity']![0]![1], /TERMINATED_WITH_ERRORS, Insufficient capacity/)
      assert.deepEqual(endings('stuck'), ['AirflowFailException'])
      assert.match(told.stuck![0]![1], /never begun: cluster j-\w+ is STARTING, it has not started within 0:00:01/)
    })

    it('makes a cluster on spot, waits for its steps and ends it; lineage and outlets are told', async () => {
      put(forDagsTest(renderAirflow(definition(), major)))
      await fetch(`${world.endpoint}/moto-api/recorder/start-recording`, { method: 'POST' })
      const lineage = join(folder, 'lineage.jsonl')
      const { code } = await world.airflow(['dags', 'test', DAG, '2026-01-02'], {
        AIRFLOW__OPENLINEAGE__TRANSPORT: JSON.stringify({ type: 'file', log_file_path: lineage, append: true }),
        AIRFLOW__OPENLINEAGE__NAMESPACE: 'blotter',
      })
      await fetch(`${world.endpoint}/moto-api/recorder/stop-recording`, { method: 'POST' })
      assert.equal(code, 0, world.tells())
      const [cluster] = await recorded<{ Instances: { InstanceFleets: Fleet[] } }>(world.endpoint, 'RunJobFlow')
      const [primary, core] = cluster!.Instances.InstanceFleets
      assert.equal(primary!.TargetOnDemandCapacity, 1)
      assert.equal(core!.TargetSpotCapacity, 2)
      assert.ok(core!.InstanceTypeConfigs.length >= 4)
      const [added] = await recorded<{ Steps: { HadoopJarStep: { Args: string[] } }[] }>(world.endpoint, 'AddJobFlowSteps')
      assert.match(
        added!.Steps[0]!.HadoopJarStep.Args.join(' '),
        /^spark-submit --master yarn --conf \S+=UTC s3:\S+\/blotter_batch.py s3:\S+ [-\d]{10}T[:\d]{8}Z airflow-j-\w+ extract$/,
      )
      assert.deepEqual(core!.LaunchSpecifications?.SpotSpecification, {
        TimeoutDurationMinutes: 10,
        TimeoutAction: 'SWITCH_TO_ON_DEMAND',
        AllocationStrategy: 'capacity-optimized',
      })
      assert.deepEqual(await lastCluster(world.endpoint), {
        state: 'TERMINATED',
        steps: { extract: 'COMPLETED', check: 'COMPLETED', land: 'COMPLETED' },
      })
      const events = readFileSync(lineage, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as LineageEvent)
      const outcome = events.filter(({ job, eventType }) => job.name === `${DAG}.outcome` && eventType === 'COMPLETE')
      assert.equal(outcome.length, 1)
      assert.equal(outcome[0]!.job.namespace, 'blotter')
    })

    it('counts a run with a failed step as failed, the cluster ended all the same', async () => {
      put(forDagsTest(renderAirflow(definition('FAIL_ME'), major)))
      const { code } = await world.airflow(['dags', 'test', DAG, '2026-01-03'])
      assert.equal(code, 1, world.tells())
      const {
        check_extract: extract,
        check_FAIL_ME: check,
        check_land: land,
        outcome,
        terminate_cluster: end,
      } = states(DAG, '2026-01-03')
      assert.deepEqual(
        { extract, check, land, outcome, end },
        { extract: 'success', check: 'failed', land: 'skipped', outcome: 'upstream_failed', end: 'success' },
      )
      assert.deepEqual(await lastCluster(world.endpoint), {
        state: 'TERMINATED',
        steps: { extract: 'COMPLETED', FAIL_ME: 'FAILED', land: 'CANCELLED' },
      })
    })

    it('starts when the source has a new batch, and not when it has none', async () => {
      const database = await startMariaDb()
      assert.ok(database, 'no MariaDB')
      try {
        await database.admin('create database city')
        await database.admin('create table city.crimes (id bigint primary key, updated_on datetime)')
        await database.admin("insert into city.crimes values (1, '2026-01-01 00:00:00'), (2, '2026-03-01 10:00:00')")
        const { host, port, user: login, password } = database
        const source = { conn_type: 'mysql', host, port, login, password, schema: 'city', extra: { tls: 'off' } }
        const env = { AIRFLOW_CONN_BLOTTER_SOURCE: JSON.stringify(source) }
        const looks = async (day: string): Promise<string> => {
          await world.airflow(['dags', 'test', `${DAG}_source`, day], env)
          return states(`${DAG}_source`, day).look ?? world.tells()
        }
        assert.equal(await looks('2026-02-01'), 'success')
        assert.equal(await looks('2026-02-02'), 'skipped')
        await database.admin("update city.crimes set updated_on = '2026-03-02 10:00:00' where id = 1")
        assert.equal(await looks('2026-02-03'), 'success')
      } finally {
        await database.stop()
      }
    })

    it('tells by mail over STARTTLS, with the login of Secrets Manager, that a run is late', async () => {
      const certificate = await makeCertificate(join(folder, 'tls'))
      await using mail = await startMail(certificate, 'canary-smtp-password')
      await putSmtpSecret(world.endpoint, mail.port)
      // Of its own name: Airflow 2 counts misses from the last success on, and those of the tests above are long ago.
      const late: DagDefinition = {
        ...definition(),
        pipeline: 'late-city',
        steps: ['extract'],
        schedule: { cron: '0 * * * *', timezone: 'America/Chicago' },
        deadlineSeconds: 1,
      }
      put(renderAirflow(late, major))
      await beLate(world, major, 'blotter_late_city', {
        SSL_CERT_FILE: trusting(certificate.caFile, folder),
        AIRFLOW__SECRETS__BACKEND: 'airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend',
        AIRFLOW__SECRETS__BACKEND_KWARGS: JSON.stringify({
          connections_prefix: 'airflow/connections',
          connections_lookup_pattern: '^smtp_default$',
          variables_prefix: null,
          config_prefix: null,
          region_name: 'us-east-1',
          endpoint_url: world.endpoint,
        }),
      })
      const [first] = await mail.received(1, mailTimeoutMs).catch((error: unknown) => {
        throw new Error(`${String(error)}\n${world.tells()}`)
      })
      assert.ok(first)
      assert.equal(first.tls, true)
      assert.equal(first.user, MAIL_USER)
      assert.deepEqual(first.to, ['duty@example.org'])
      assert.equal(headerOf(first, 'X-Blotter-Event'), 'deadline_missed')
      assert.match(headerOf(first, 'X-Blotter-Run') ?? '', major === 2 ? /^scheduled__/ : /^manual__/)
      assert.match(headerOf(first, 'Subject') ?? '', /blotter_late_city is late/)
      if (major === 2) assert.match(first.source, /was due at/)
      else assert.match(partOf(first, 'text/html'), /was to end by/)
      assert.doesNotMatch(readFileSync(join(world.home, 'dags/blotter_late_city.py'), 'utf8'), /canary/)
    })
  })
}

interface Structure {
  errors: Record<string, string>
  dags: Record<string, { schedule: string; active_runs: number; tasks: Record<string, Task> }>
}

interface Task {
  after: string[]
  is_setup: boolean
  is_teardown: boolean
  outlets: string[]
}

interface Fleet {
  TargetOnDemandCapacity?: number
  TargetSpotCapacity?: number
  InstanceTypeConfigs: unknown[]
  LaunchSpecifications?: { SpotSpecification: unknown }
}

interface LineageEvent {
  eventType: string
  job: { namespace: string; name: string }
}
