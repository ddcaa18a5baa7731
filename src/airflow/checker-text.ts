/** The sensor that decides what became of one step, from the cluster's own word and not from the step's. */
export function checkerText(): string {
  return `class StepChecker(EmrStepSensor):
    """Tells a step's ends apart: completed; skipped, where one before it failed; terminated, where somebody or the cluster ended it."""

    def poke(self, context):
        if not self.step_id:
            raise AirflowSkipException("The cluster never got its steps.")
        emr = self.hook.conn
        status = emr.describe_step(ClusterId=self.job_flow_id, StepId=self.step_id)["Step"]["Status"]
        state = status["State"]
        self.log.info("Step %s is %s", self.step_id, state)
        if state == "COMPLETED":
            return True
        if state == "CANCELLED" and self.failed_before(emr):
            raise AirflowSkipException("A step before this one failed, so that it was never started.")
        if state in ("CANCELLED", "INTERRUPTED"):
            raise AirflowFailException(f"The step was terminated: {self.cluster_tells(emr)} Main is as it was before; run the DAG again.")
        if state == "FAILED":
            details = status.get("FailureDetails") or status.get("StateChangeReason") or {}
            told = details.get("Message") or details.get("Reason") or "no reason was given"
            log = details.get("LogFile") or SETTINGS["logs"]
            raise AirflowFailException(f"The step failed: {told}. Its log is below {log}. Main is as it was before.")
        cluster = emr.describe_cluster(ClusterId=self.job_flow_id)["Cluster"]["Status"]
        if cluster["State"].startswith("TERMINATED"):
            raise AirflowFailException(f"The step can no longer run: {self.cluster_tells(emr)}")
        created, waits = cluster["Timeline"]["CreationDateTime"], timedelta(seconds=SETTINGS["start_seconds"])
        if cluster["State"] in ("STARTING", "BOOTSTRAPPING") and datetime.now(created.tzinfo) - created > waits:
            tells = self.cluster_tells(emr, f"it has not started within {waits}.")
            raise AirflowFailException(f"The step was never begun: {tells} Main is as it was before; run the DAG again.")
        return False

    def failed_before(self, emr):
        """Whether a step of this cluster that was to run earlier failed."""
        newest_first = [
            each
            for page in emr.get_paginator("list_steps").paginate(ClusterId=self.job_flow_id)
            for each in page["Steps"]
        ]
        ids = [each["Id"] for each in newest_first]
        before = newest_first[ids.index(self.step_id) + 1 :] if self.step_id in ids else []
        return any(each["Status"]["State"] == "FAILED" for each in before)

    def cluster_tells(self, emr, otherwise="it was cancelled by hand."):
        """Why the cluster is as it is, such as that no capacity came or that spot instances were taken away."""
        status = emr.describe_cluster(ClusterId=self.job_flow_id)["Cluster"]["Status"]
        reason = status.get("StateChangeReason", {}).get("Message") or otherwise
        return f"cluster {self.job_flow_id} is {status['State']}; {reason}"
`
}
