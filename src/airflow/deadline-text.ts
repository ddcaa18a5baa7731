import type { AirflowVersion, DagDefinition } from '../model/dag.ts'

/** How a run that takes too long is told by mail: by `sla` on 2, by a Deadline Alert on 3. */
export function deadlineText(definition: DagDefinition, version: AirflowVersion): string {
  return version === 3 ? alertText(definition) : callbackText(definition)
}

/** What the DAG itself is told of deadlines. */
export function deadlineArgument(version: AirflowVersion): string {
  return version === 3 ? 'deadline=DEADLINE' : 'sla_miss_callback=tell_that_late'
}

/** What the task behind all steps is told of deadlines. */
export function outcomeLimit(version: AirflowVersion): string {
  return version === 3 ? '' : ', sla=LIMIT'
}

function callbackText({ deadlineSeconds }: DagDefinition): string {
  return `LIMIT = timedelta(seconds=${deadlineSeconds})


def tell_that_late(dag, task_list, blocking_task_list, slas, blocking_tis):
    """Mails which scheduled runs are late, once Airflow has noticed that \`sla\` was missed."""
    # Airflow's own list counts from runs that the source started, too: it names runs that ended in time.
    runs = [run for state in ("queued", "running") for run in DagRun.find(dag_id=dag.dag_id, state=state)]
    due = {run.run_id: run.data_interval_end for run in runs if run.run_type == "scheduled"}
    late = {run: time for run, time in due.items() if time + LIMIT < datetime.now(timezone.utc)}
    if not late:
        return
    mail = EmailMessage()
    mail["From"], mail["To"] = SETTINGS["mail_from"], ", ".join(SETTINGS["mail_to"])
    mail["Subject"] = f"Blotter: {dag.dag_id} is late"
    mail["X-Blotter-Event"], mail["X-Blotter-Run"] = "deadline_missed", ", ".join(late)
    told = [f"The run {run} was due at {time} and has not ended." for run, time in late.items()]
    told.append(f"It was to take {LIMIT} at most. It goes on; the newest batch is the one before.")
    told.append("Its grid in Airflow shows which step is slow.")
    mail.set_content("\\n".join(told) + "\\n")
    server = BaseHook.get_connection("smtp_default")  # airflow/connections/… in Secrets Manager
    with smtplib.SMTP(server.host, server.port or 587, timeout=30) as smtp:
        # With a look at the certificate, which Airflow 2 itself does not take.
        smtp.starttls(context=ssl.create_default_context())
        smtp.login(server.login, server.password)
        smtp.send_message(mail)
`
}

function alertText(definition: DagDefinition): string {
  return `DEADLINE = DeadlineAlert(
    reference=DeadlineReference.DAGRUN_QUEUED_AT,
    interval=timedelta(seconds=${definition.deadlineSeconds}),
    # plugins/blotter_deadline.py: the triggerer, which calls it, imports no DAG. Its login is in
    # Secrets Manager, airflow/connections/smtp_default.
    callback=AsyncCallback(
        "blotter_deadline.DeadlineMail",
        kwargs={
            "to": SETTINGS["mail_to"],
            "from_email": SETTINGS["mail_from"],
            "subject": "Blotter: {{ dag_run.dag_id }} is late",
            "html_content": "<p>The run {{ dag_run.dag_run_id }} of {{ dag_run.dag_id }} was to end by "
            "{{ deadline.deadline_time }} (within ${Math.round(definition.deadlineSeconds / 60)} minutes) and has not.</p>"
            "<p>It goes on; the newest batch is the one before. "
            "Its grid in Airflow shows which step is slow.</p>",
            "custom_headers": {
                "X-Blotter-Event": "deadline_missed",
                "X-Blotter-Run": "{{ dag_run.dag_run_id }}",
            },
        },
    ),
)
`
}
