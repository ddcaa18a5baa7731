import type { DagDefinition } from '../model/dag.ts'

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
