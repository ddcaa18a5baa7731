"""How the DAG's own StepChecker decides on steps that end in each way there is, as JSON.

    checker.py DAG_FILE
"""
import importlib.util
import json
import sys
import time

import boto3

spec = importlib.util.spec_from_file_location("rendered", sys.argv[1])
rendered = importlib.util.module_from_spec(spec)
spec.loader.exec_module(rendered)
rendered.SETTINGS["start_seconds"] = 1
emr = boto3.client("emr")


def decided(cluster, step):
    """Pokes until the checker decides, and tells how."""
    checker = rendered.StepChecker(task_id="check", job_flow_id=cluster, step_id=step)
    for _ in range(200):
        try:
            if checker.poke({}):
                return ["completed", ""]
        except Exception as ending:
            return [type(ending).__name__, str(ending)]
        time.sleep(0.1)
    return ["undecided", ""]


def cluster_of(*marks, name="t"):
    """A cluster whose steps bear these marks; "" is a step that works. Its name may say that it never starts."""
    cluster = emr.run_job_flow(Name=name, Instances={"KeepJobFlowAliveWhenNoSteps": True, "MasterInstanceType": "m5.xlarge", "InstanceCount": 1})["JobFlowId"]
    steps = [rendered.step(mark or f"step{n}") for n, mark in enumerate(marks)]
    ids = emr.add_job_flow_steps(JobFlowId=cluster, Steps=steps)["StepIds"]
    return [decided(cluster, one) for one in ids]


print(
    "ANSWER "
    + json.dumps(
        {
            "good": cluster_of("", ""),
            "failed": cluster_of("", "FAIL_ME", ""),
            "cancelled": cluster_of("CANCEL_ME"),
            "lost": cluster_of("LOSE_ME", ""),
            "never added": [decided("j-none", "")],
            "no capacity": cluster_of("", name="NO_CAPACITY"),
            "stuck": cluster_of("", name="STUCK"),
        }
    )
)
