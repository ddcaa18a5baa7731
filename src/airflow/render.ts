import { clusterText, createTask, stepsText } from './cluster-text.ts'
import { deadlineArguments, deadlinePlugin, deadlineText } from './deadline-text.ts'
import type { AirflowFile, AirflowVersion, DagDefinition } from '../model/dag.ts'
import { checkerText } from './checker-text.ts'
import { importsOf } from './imports.ts'
import { pythonLiteral, pythonName } from './python.ts'
import { sourcePollText } from './source-poll-text.ts'

/**
 * The files that let Airflow run a pipeline on EMR: one DAG, what its deadline needs beside it (3: a plugin, since the triggerer
 * imports no DAG), and the Python packages. For Airflow 2.10 and later of 2, or 3.1 and later, which are what MWAA runs.
 */
export function renderAirflow(definition: DagDefinition, version: AirflowVersion): AirflowFile[] {
  const dag = { path: `dags/blotter_${pythonName(definition.pipeline)}.py`, text: dagText(definition, version) }
  const packages = { path: 'requirements.txt', text: REQUIREMENTS }
  return version === 2 ? [dag, packages] : [dag, { path: 'plugins/blotter_deadline.py', text: deadlinePlugin() }, packages]
}

const REQUIREMENTS = `# What the DAG imports beside Airflow itself; the versions are those of Airflow's constraints.
apache-airflow-providers-amazon
apache-airflow-providers-smtp
apache-airflow-providers-openlineage
PyMySQL>=1.1,<2
`

function dagText(definition: DagDefinition, version: AirflowVersion): string {
  const body = [
    settingsText(definition),
    clusterText(definition),
    stepsText(definition, version),
    checkerText(),
    sourcePollText(definition, version),
    deadlineText(definition, version),
    flowText(definition, version),
  ]
    .filter((section) => section !== '')
    .join('\n\n')
  return `${headText(definition, version)}${importsOf(body, version)}\n\n${body}`
}

function headText({ pipeline, codeVersion }: DagDefinition, version: AirflowVersion): string {
  const oldest = version === 3 ? '3.1' : '2.10'
  return `"""Blotter's pipeline ${pipeline} on EMR, for Airflow ${oldest} or later of Amazon MWAA.

Written by \`blotter airflow render --airflow ${version}\` from code ${codeVersion}. Change the pipeline, not this file.
What differs from account to account stands in blotter_settings.json beside it; credentials only in Secrets Manager.
"""
`
}

function settingsText({ mail }: DagDefinition): string {
  return `# Defaults; blotter_settings.json beside this file overrides them by name.
SETTINGS = ${pythonLiteral({ ...SETTINGS, mail_from: mail.from, mail_to: mail.to })}
beside = Path(__file__).with_name("blotter_settings.json")
if beside.exists():
    SETTINGS |= json.loads(beside.read_text())
`
}

/** Names of the roles are those that \`aws emr create-default-roles\` makes. */
const SETTINGS = {
  release: 'emr-spark-8.0.0',
  code: 's3://blotter-code/spark',
  lake: 's3://blotter-lake',
  logs: 's3://blotter-logs/emr/',
  subnets: [] as string[],
  service_role: 'EMR_DefaultRole',
  instance_profile: 'EMR_EC2_DefaultRole',
  security_configuration: null,
  security_groups: {} as Record<string, string>,
  instance_types: ['m6g.xlarge', 'm6gd.xlarge', 'm7g.xlarge', 'r6g.xlarge'],
  spot_units: 2,
  start_seconds: 1800,
  environment: {} as Record<string, string>,
}

function flowText(definition: DagDefinition, version: AirflowVersion): string {
  const { schedule, pollSeconds, tables, description, pipeline, deadlineSeconds } = definition
  const name = pythonName(pipeline)
  const cron =
    schedule && `CronTriggerTimetable(${JSON.stringify(schedule.cron)}, timezone=${JSON.stringify(schedule.timezone)})`
  const keyword = version === 2 ? 'datasets' : 'assets'
  const both = cron ? `AssetOrTimeSchedule(timetable=${cron}, ${keyword}=[SOURCE])` : '[SOURCE]'
  const when = pollSeconds === undefined ? (cron ?? 'None') : both
  const sla = (seconds: number | undefined): string =>
    version === 2 && seconds !== undefined ? `, sla=timedelta(seconds=${seconds})` : ''
  return `OUTLETS = [Asset(f"blotter://${name}/{table}") for table in ${pythonLiteral(tables)}]

with DAG(
    "blotter_${name}",
    description=${JSON.stringify(description)},
    start_date=datetime(2026, 1, 1),
    schedule=${when},
    catchup=False,
    max_active_runs=1,
    tags=["blotter"],
    default_args={"retries": 3, "retry_delay": timedelta(seconds=30), "retry_exponential_backoff": True},
${deadlineArguments(version)}) as dag:
${createTask()}
    # A leaf besides the teardown: it fails when any step did, and with it the run, whatever the teardown says.
    outcome = EmptyOperator(task_id="outcome", outlets=OUTLETS, retries=0${sla(deadlineSeconds)})
    last = steps
    for position, each in enumerate(STEPS):
        check = StepChecker(
            task_id=f"check_{each['Name']}",
            # Named by template: a setup's own output would bind the check to the setup's success.
            job_flow_id="{{ ti.xcom_pull(task_ids='create_cluster') }}",
            step_id="{%% set ids = ti.xcom_pull(task_ids='add_steps') %%}{{ ids[%d] if ids else '' }}" % position,
            trigger_rule="all_success" if position == 0 else "all_done",
            mode="reschedule",
            poke_interval=SETTINGS.get("poke_seconds", 15),
            timeout=${Math.max(deadlineSeconds * 4, 3600)},
        )
        last >> check >> outcome
        last = check
    outcome >> terminate
`
}
