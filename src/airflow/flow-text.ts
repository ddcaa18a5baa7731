import type { AirflowVersion, DagDefinition } from '../model/dag.ts'
import { deadlineArgument, outcomeLimit } from './deadline-text.ts'
import { pythonLiteral, pythonName } from './python.ts'

/** The DAG itself: when it starts, and its tasks in their order. */
export function flowText(definition: DagDefinition, version: AirflowVersion): string {
  const { tables, description, pipeline, deadlineSeconds } = definition
  const name = pythonName(pipeline)
  return `${cronText(definition, version)}OUTLETS = [Asset(f"blotter://${name}/{table}") for table in ${pythonLiteral(tables)}]

with DAG(
    "blotter_${name}",
    description=${pythonLiteral(description)},
    start_date=datetime(2026, 1, 1),
    schedule=${scheduleOf(definition, version)},
    catchup=False,
    max_active_runs=1,
    tags=["blotter"],
    default_args={
        "retries": 3,
        "retry_delay": timedelta(seconds=30),
        "retry_exponential_backoff": True,
    },
    ${deadlineArgument(version)},
):
    create = EmrCreateJobFlowOperator(task_id="create_cluster", job_flow_overrides=CLUSTER)
    # Not tried again: a second try would run every step twice.
    steps = EmrAddStepsOperator(task_id="add_steps", job_flow_id=create.output, steps=STEPS, retries=0)
    # A teardown ends the cluster in any case, and never turns a failed run into a good one.
    terminate = EmrTerminateJobFlowOperator(
        task_id="terminate_cluster", job_flow_id=create.output
    ).as_teardown(setups=create)
    # A leaf beside the teardown: it fails when any step did, and with it the run.
    outcome = EmptyOperator(task_id="outcome", outlets=OUTLETS, retries=0${outcomeLimit(version)})
    last = steps
    for position, each in enumerate(STEPS):
        check = StepChecker(
            task_id=f"check_{each['Name']}",
            # Named by template: a setup's own output would bind the check to the setup's success.
            job_flow_id="{{ ti.xcom_pull(task_ids='create_cluster') }}",
            step_id="{{ ti.xcom_pull(task_ids='add_steps')[%d] | default('') }}" % position,
            trigger_rule="all_success" if position == 0 else "all_done",
            mode="reschedule",
            poke_interval=SETTINGS["poke_seconds"],
            timeout=${Math.max(deadlineSeconds * 4, 3600)},
        )
        last >> check >> outcome
        last = check
    outcome >> terminate
`
}

function cronText({ schedule }: DagDefinition, version: AirflowVersion): string {
  if (schedule === undefined) return ''
  const [cron, timezone] = [pythonLiteral(schedule.cron), pythonLiteral(schedule.timezone)]
  if (version === 3) return `CRON = CronTriggerTimetable(${cron}, timezone=${timezone})\n`
  return `# With data intervals, since Airflow 2 looks for late runs by them: by a mere trigger it tells of a
# late run when the next one is late.
CRON = CronDataIntervalTimetable(${cron}, timezone=${timezone})
`
}

function scheduleOf({ schedule, pollSeconds }: DagDefinition, version: AirflowVersion): string {
  if (pollSeconds === undefined) return schedule === undefined ? 'None' : 'CRON'
  const sources = version === 2 ? 'datasets=[SOURCE]' : 'assets=[SOURCE]'
  return schedule === undefined ? '[SOURCE]' : `AssetOrTimeSchedule(timetable=CRON, ${sources})`
}
