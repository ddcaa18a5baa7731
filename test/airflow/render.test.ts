import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { renderAirflow } from '../../src/airflow/render.ts'
import type { AirflowVersion, DagDefinition } from '../../src/model/dag.ts'

const definition: DagDefinition = {
  pipeline: 'chicago-crimes',
  description: 'Crimes of a city: "every" version kept.',
  codeVersion: 'abc',
  steps: ['extract', 'land'],
  command: { submit: ['spark-submit'], conf: { 'spark.a': 'b' }, program: ['${code}/blotter_batch.py', '${batch_at}'] },
  schedule: { cron: '0 6 * * *', timezone: 'America/Chicago' },
  pollSeconds: 300,
  source: { table: 'crimes', key: 'id', cursor: 'updated_on' },
  tables: ['raw.crimes'],
  deadlineSeconds: 2040,
  mail: { from: 'blotter@example.org', to: ['duty@example.org'] },
}
const dagOf = (version: AirflowVersion, changed: Partial<DagDefinition> = {}): string =>
  renderAirflow({ ...definition, ...changed }, version).find(({ path }) => path === 'dags/blotter_chicago_crimes.py')!.text

describe('The DAG of a pipeline', () => {
  it('tells a late run by sla on Airflow 2 and by a Deadline Alert on 3, which needs a plugin', () => {
    assert.match(dagOf(2), /^LIMIT = timedelta\(seconds=2040\)$/m)
    assert.match(dagOf(2), /sla=LIMIT/)
    assert.match(dagOf(2), /smtp\.starttls\(context=ssl\.create_default_context\(\)\)/)
    assert.doesNotMatch(dagOf(2), /DeadlineAlert/)
    assert.match(
      dagOf(3),
      /DeadlineAlert\(\n +reference=DeadlineReference\.DAGRUN_QUEUED_AT,\n +interval=timedelta\(seconds=2040\)/,
    )
    assert.doesNotMatch(dagOf(3), /sla/)
    const paths = (version: AirflowVersion): string[] => renderAirflow(definition, version).map(({ path }) => path)
    assert.deepEqual(paths(2), ['dags/blotter_chicago_crimes.py', 'requirements.txt'])
    assert.deepEqual(paths(3), ['dags/blotter_chicago_crimes.py', 'plugins/blotter_deadline.py', 'requirements.txt'])
  })

  it('starts by schedule, by a new batch of the source, by both, or by hand', () => {
    const schedule = (changed: Partial<DagDefinition>): string =>
      /schedule=(.*),\n(?= +catchup=False,\n +max_active_runs=1,\n +tags=\["blotter"\],\n +default)/.exec(
        dagOf(3, changed),
      )![1]!
    assert.match(dagOf(3), /^CRON = CronTriggerTimetable\("0 6 \* \* \*", timezone="America\/Chicago"\)$/m)
    assert.equal(schedule({}), 'AssetOrTimeSchedule(timetable=CRON, assets=[SOURCE])')
    assert.equal(schedule({ pollSeconds: undefined }), 'CRON')
    assert.equal(schedule({ schedule: undefined }), '[SOURCE]')
    assert.equal(schedule({ schedule: undefined, pollSeconds: undefined }), 'None')
    assert.doesNotMatch(dagOf(3, { pollSeconds: undefined }), /look_at_source|pymysql/)
  })

  it('imports nothing that it does not use, and uses nothing that it does not import', () => {
    for (const version of [2, 3] as const) {
      for (const changed of [
        {},
        { pollSeconds: undefined },
        { schedule: undefined },
        { schedule: undefined, pollSeconds: undefined },
      ]) {
        const text = dagOf(version, changed)
        const names = [...text.matchAll(/^(?:from \S+ )?import (\([^)]+\)|.+)$/gm)].flatMap(([, list = '']) =>
          [...list.matchAll(/(\w+)(?:,|$|\n)/g)].map(([, name]) => name!),
        )
        assert.ok(names.includes('EmrAddStepsOperator'))
        for (const name of names) {
          const uses = text.split(new RegExp(`(?<![\\w.])${name}(?=[.(),])`)).length - 1
          assert.ok(
            uses > (text.includes(`${name},\n`) ? 1 : 0),
            `${name} is imported in vain for Airflow ${version} with ${JSON.stringify(changed)}`,
          )
        }
      }
    }
  })

  it('counts scheduled runs of Airflow 2 by their data intervals, which its look for late runs goes by', () => {
    assert.match(dagOf(2), /^CRON = CronDataIntervalTimetable\("0 6 \* \* \*", timezone="America\/Chicago"\)$/m)
    assert.match(dagOf(2), /data_interval_end if dag_run.run_type == 'scheduled' else logical_date/)
    assert.match(dagOf(3), /"\$\{batch_at\}": "\{\{ dag_run.run_after.strftime/)
  })

  it('ends the cluster by a teardown, beside a leaf that fails when a step did', () => {
    for (const version of [2, 3] as const) {
      assert.match(dagOf(version), /\.as_teardown\(setups=create\)/)
      assert.match(dagOf(version), /last >> check >> outcome/)
      assert.match(dagOf(version), /outcome >> terminate/)
    }
  })
})
