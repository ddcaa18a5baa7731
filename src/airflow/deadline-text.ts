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
export function outcomeLimit({ deadlineSeconds }: DagDefinition, version: AirflowVersion): string {
  return version === 3 ? '' : `, sla=timedelta(seconds=${deadlineSeconds})`
}

const minutesOf = ({ deadlineSeconds }: DagDefinition): number => Math.round(deadlineSeconds / 60)

function callbackText(definition: DagDefinition): string {
  return `def tell_that_late(dag, task_list, blocking_task_list, slas, blocking_tis):
    """Mails that \`sla\` was missed; by STARTTLS with a look at the certificate, as Airflow 2 does not."""
    due = ", ".join(sorted({str(miss.execution_date) for miss in slas}))
    runs = ", ".join(run.run_id for run in DagRun.find(dag_id=dag.dag_id, state="running"))
    mail = EmailMessage()
    mail["From"], mail["To"] = SETTINGS["mail_from"], ", ".join(SETTINGS["mail_to"])
    mail["Subject"] = f"Blotter: {dag.dag_id} is late"
    mail["X-Blotter-Event"], mail["X-Blotter-Run"] = "deadline_missed", runs or due
    mail.set_content(
        f"The run of {dag.dag_id} that was due at {due} was to end within ${minutesOf(definition)} minutes "
        f"and has not (running: {runs or 'none'}).\\n\\n"
        "It goes on; the newest batch is the one before. "
        "Its grid in Airflow shows which step is slow.\\n"
    )
    server = BaseHook.get_connection("smtp_default")  # airflow/connections/… in Secrets Manager
    with smtplib.SMTP(server.host, server.port or 587, timeout=30) as smtp:
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
            "{{ deadline.deadline_time }} (within ${minutesOf(definition)} minutes) and has not.</p>"
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
