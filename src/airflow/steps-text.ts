import type { AirflowVersion, DagDefinition } from '../model/dag.ts'
import { pythonLiteral } from './python.ts'

/** How each step is started on the cluster, and the list of them. */
export function stepsText({ steps, command }: DagDefinition, version: AirflowVersion): string {
  return `SUBMIT = ${pythonLiteral(command.submit)}
CONF = ${pythonLiteral(command.conf)}
PROGRAM = ${pythonLiteral(command.program)}
# What \${…} in these words stands for, in this account and in this run.
PLACES = {
    "\${code}": SETTINGS["code"],
    "\${lake}": SETTINGS["lake"],
${batchAt(version)}
    # Of each cluster its own: a run that is begun again is another run of the same batch.
    "\${run}": "airflow-{{ ti.xcom_pull(task_ids='create_cluster') | lower }}",
}


def step(name):
    """One step; when it fails, those behind it are cancelled and the cluster waits for its teardown."""
    settings = [word for key, value in CONF.items() for word in ("--conf", f"{key}={value}")]
    arguments = [*SUBMIT, *settings, *PROGRAM, name]
    for place, value in PLACES.items():
        arguments = [argument.replace(place, value) for argument in arguments]
    return {
        "Name": name,
        "ActionOnFailure": "CANCEL_AND_WAIT",
        "HadoopJarStep": {"Jar": "command-runner.jar", "Args": arguments},
    }


STEPS = [step(name) for name in ${pythonLiteral(steps)}]
`
}

/** When the run was due. Airflow 2 names a scheduled run by the start of the interval before it, and any other by its own time. */
function batchAt(version: AirflowVersion): string {
  if (version === 3) return `    "\${batch_at}": "{{ dag_run.run_after.strftime('%Y-%m-%dT%H:%M:%SZ') }}",`
  return `    # When the run was due: a scheduled one at the end of its interval, any other when it was asked for.
    "\${batch_at}": "{{ (data_interval_end if dag_run.run_type == 'scheduled' else logical_date)"
    ".strftime('%Y-%m-%dT%H:%M:%SZ') }}",`
}
