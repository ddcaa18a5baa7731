"""moto's server with the one thing that its EMR lacks: steps that come to an end.

moto leaves a cluster's first step RUNNING and the others PENDING for ever. A thread here moves the states in moto's own store, as
EMR does: in order, one at a time; a step whose arguments hold FAIL_ME fails, one with CANCEL_ME is cancelled; ActionOnFailure
decides about the rest; one with LOSE_ME takes the cluster down, as spot instances do that are taken away; the steps of a cluster
that ended are cancelled. A cluster named NO_CAPACITY ends before it has started, one named STUCK starts for ever.

    emr_server.py PORT SECONDS_PER_STEP
"""
import sys
import time

from moto.core.utils import utcnow
from moto.emr.models import emr_backends
from moto.server import ThreadedMotoServer

OPEN = ("PENDING", "RUNNING")


def move(cluster, seconds):
    if cluster.name == "STUCK":
        cluster.state = "STARTING"
        for step in cluster.steps:
            step.state = "PENDING"
        return
    if cluster.name == "NO_CAPACITY":
        cluster.state = "TERMINATED_WITH_ERRORS"
        cluster.last_state_change_reason = "Insufficient capacity: no instance of the primary fleet could be had."
    if cluster.state.startswith("TERMINAT"):
        for step in cluster.steps:
            if step.state in OPEN:
                step.state = "CANCELLED"
        return
    step = next((each for each in cluster.steps if each.state in OPEN), None)
    if step is None:
        return
    if step.state == "PENDING" or step.start_date_time is None:
        step.state, step.start_date_time = "RUNNING", utcnow()
        return
    if (utcnow() - step.start_date_time).total_seconds() < seconds:
        return
    step.end_date_time = utcnow()
    if "LOSE_ME" in step.args:
        cluster.state = "TERMINATED_WITH_ERRORS"
        cluster.last_state_change_reason = "All core instances were lost: spot capacity was taken away."
        step.state = "CANCELLED"
    elif "CANCEL_ME" in step.args:
        step.state = "CANCELLED"
    elif "FAIL_ME" in step.args:
        step.state, step.last_state_change_reason = "FAILED", "exit code 1"
        if step.action_on_failure == "CANCEL_AND_WAIT":
            for waiting in cluster.steps:
                if waiting.state == "PENDING":
                    waiting.state = "CANCELLED"
    else:
        step.state = "COMPLETED"


if __name__ == "__main__":
    ThreadedMotoServer(ip_address="127.0.0.1", port=int(sys.argv[1]), verbose=False).start()
    print("ready", flush=True)
    while True:
        for account in list(emr_backends.values()):
            for backend in list(account.values()):
                for cluster in list(backend.clusters.values()):
                    move(cluster, float(sys.argv[2]))
        time.sleep(0.1)
