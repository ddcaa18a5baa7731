import type { AirflowVersion, DagDefinition } from '../model/dag.ts'
import { pythonLiteral } from './python.ts'

/** The cluster: instance fleets on spot, on demand where no spot capacity comes within ten minutes. */
export function clusterText({ pipeline }: DagDefinition): string {
  return `def fleet(kind, **capacity):
    """Any of these instance types: the more there are, the cheaper and the steadier is spot."""
    kinds = [{"InstanceType": name, "WeightedCapacity": 1} for name in SETTINGS["instance_types"]]
    return {"Name": kind.lower(), "InstanceFleetType": kind, "InstanceTypeConfigs": kinds, **capacity}


SPOT = {
    "SpotSpecification": {
        "TimeoutDurationMinutes": 10,
        "TimeoutAction": "SWITCH_TO_ON_DEMAND",
        "AllocationStrategy": "capacity-optimized",
    }
}

CLUSTER = {
    "Name": "blotter ${pipeline} {{ run_id }}",
    "ReleaseLabel": SETTINGS["release"],
    "Applications": [{"Name": "Spark"}],
    "LogUri": SETTINGS["logs"],
    "ServiceRole": SETTINGS["service_role"],
    "JobFlowRole": SETTINGS["instance_profile"],
    "VisibleToAllUsers": True,
    "StepConcurrencyLevel": 1,
    # AWS's own policy for EMR lets it touch only what bears this tag.
    "Tags": [{"Key": "for-use-with-amazon-emr-managed-policies", "Value": "true"}],
    # A cluster that nobody ends, such as after a lost scheduler, ends itself.
    "AutoTerminationPolicy": {"IdleTimeout": 1800},
    "Configurations": [
        {
            "Classification": "spark-env",
            "Configurations": [{"Classification": "export", "Properties": SETTINGS["environment"]}],
        },
        {"Classification": "iceberg-defaults", "Properties": {"iceberg.enabled": "true"}},
    ],
    "Instances": {
        "KeepJobFlowAliveWhenNoSteps": True,
        "TerminationProtected": False,
        "Ec2SubnetIds": SETTINGS["subnets"],
        "InstanceFleets": [
            # The driver is lost with the primary node: that one is on demand, the work is on spot.
            fleet("MASTER", TargetOnDemandCapacity=1),
            fleet("CORE", TargetSpotCapacity=SETTINGS["spot_units"], LaunchSpecifications=SPOT),
        ],
        **SETTINGS["security_groups"],
    },
}
if SETTINGS["security_configuration"]:
    CLUSTER["SecurityConfiguration"] = SETTINGS["security_configuration"]
`
}

/** How each step is started, and the list of them. */
export function stepsText({ steps, command }: DagDefinition, version: AirflowVersion): string {
  return `PLACES = {
    "\${code}": SETTINGS["code"],
    "\${lake}": SETTINGS["lake"],
    "\${batch_at}": "{{ ${version === 3 ? 'dag_run.run_after' : 'logical_date'}.strftime('%Y-%m-%dT%H:%M:%SZ') }}",
    # Of each cluster its own: a run that is begun again is another run of the same batch.
    "\${run}": "airflow-{{ ti.xcom_pull(task_ids='create_cluster') | lower }}",
}


SUBMIT = ${pythonLiteral(command.submit)}
CONF = ${pythonLiteral(command.conf)}
PROGRAM = ${pythonLiteral(command.program)}


def step(name):
    """One step; when it fails, those behind it are cancelled and the cluster waits for its teardown."""
    settings = [word for setting, value in CONF.items() for word in ("--conf", f"{setting}={value}")]
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

/** The tasks that make, fill and end the cluster; the end is a teardown, which never turns a failed run into a good one. */
export function createTask(): string {
  return `    create = EmrCreateJobFlowOperator(task_id="create_cluster", job_flow_overrides=CLUSTER)
    # Not tried again: a second try would run every step twice.
    steps = EmrAddStepsOperator(task_id="add_steps", job_flow_id=create.output, steps=STEPS, retries=0)
    terminate = EmrTerminateJobFlowOperator(
        task_id="terminate_cluster", job_flow_id=create.output
    ).as_teardown(setups=create)
`
}
