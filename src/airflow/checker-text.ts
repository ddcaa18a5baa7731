/** The sensor that decides what became of one step, from the cluster's own word and not from the step's. */
export function checkerText(): string {
  return `AGAIN = "Run the DAG again: it begins anew, or finishes a commit that was under way."


class StepChecker(EmrStepSensor):
    """Tells how a step ended: completed; skipped, where one before it failed; failed; terminated."""

    def poke(self, context):
        if not self.step_id:
            raise AirflowSkipException("The cluster never got its steps.")
        emr = self.hook.conn
        step = emr.describe_step(ClusterId=self.job_flow_id, StepId=self.step_id)["Step"]
        state = step["Status"]["State"]
        self.log.info("Step %s is %s", self.step_id, state)
        if state == "COMPLETED":
            return True
        if state == "CANCELLED" and self.failed_before(emr):
            raise AirflowSkipException("A step before this one failed, so that it was never started.")
        if state in ("CANCELLED", "INTERRUPTED"):
            reason = self.cluster_tells(emr, "somebody cancelled the step")
            raise AirflowFailException(f"The step was terminated: {reason}. {AGAIN}")
        if state == "FAILED":
            raise AirflowFailException(f"The step failed: {self.step_tells(step['Status'])}. {AGAIN}")
        self.fail_with_cluster(emr)
        return False

    def fail_with_cluster(self, emr):
        """A step that waits fails where its cluster is gone, or has not started in time."""
        status = emr.describe_cluster(ClusterId=self.job_flow_id)["Cluster"]["Status"]
        if status["State"].startswith("TERMINATED"):
            raise AirflowFailException(f"The step can no longer run: {self.cluster_tells(emr)}. {AGAIN}")
        created = status["Timeline"]["CreationDateTime"]
        limit = timedelta(seconds=SETTINGS["start_seconds"])
        starts = status["State"] in ("STARTING", "BOOTSTRAPPING")
        if starts and datetime.now(created.tzinfo) - created > limit:
            reason = self.cluster_tells(emr, f"it has not started within {limit}")
            raise AirflowFailException(f"The step was never begun: {reason}. {AGAIN}")

    def failed_before(self, emr):
        """Whether a step of this cluster that was to run earlier failed."""
        pages = emr.get_paginator("list_steps").paginate(ClusterId=self.job_flow_id)
        newest_first = [step for page in pages for step in page["Steps"]]
        ids = [step["Id"] for step in newest_first]
        before = newest_first[ids.index(self.step_id) + 1 :] if self.step_id in ids else []
        return any(step["Status"]["State"] == "FAILED" for step in before)

    def step_tells(self, status):
        """Why the step failed, and where its log is."""
        details = status.get("FailureDetails") or status.get("StateChangeReason") or {}
        told = details.get("Message") or details.get("Reason") or "no reason was given"
        log = f"{SETTINGS['logs']}{self.job_flow_id}/steps/{self.step_id}/"
        return f"{told.rstrip('.')}; its log is {details.get('LogFile') or log}"

    def cluster_tells(self, emr, otherwise="no reason was given"):
        """Why the cluster is as it is: no capacity came, say, or spot instances were taken away."""
        status = emr.describe_cluster(ClusterId=self.job_flow_id)["Cluster"]["Status"]
        told = status.get("StateChangeReason", {}).get("Message") or otherwise
        return f"cluster {self.job_flow_id} is {status['State']}, {told.rstrip('.')}"
`
}
