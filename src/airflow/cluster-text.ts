import type { DagDefinition } from './definition.ts'
import { pythonLiteral } from './python.ts'

/** The cluster and its steps: instance fleets on spot, on demand where no spot capacity comes within ten minutes. */
export function clusterText({ steps, pipeline }: DagDefinition): string {
  const listed = steps.map(({ name, arguments: list }) => ({ name, arguments: list }))
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
    },
}
if SETTINGS["security_configuration"]:
    CLUSTER["SecurityConfiguration"] = SETTINGS["security_configuration"]


def step(name, arguments):
    """One step; when it fails, those behind it are cancelled and the cluster waits for its teardown."""
    arguments = [argument.replace("\${code}", SETTINGS["code"]) for argument in arguments]
    return {
        "Name": name,
        "ActionOnFailure": "CANCEL_AND_WAIT",
        "HadoopJarStep": {"Jar": "command-runner.jar", "Args": arguments},
    }


STEPS = [step(**each) for each in ${pythonLiteral(listed)}]
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
