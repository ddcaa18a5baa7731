import type { AirflowVersion, DagDefinition } from '../model/dag.ts'

/** How a run that takes too long is told by mail: by `sla` on 2, by a Deadline Alert on 3. */
export function deadlineText({ deadlineSeconds }: DagDefinition, version: AirflowVersion): string {
  const minutes = Math.round(deadlineSeconds / 60)
  if (version === 3)
    return `DEADLINE = DeadlineAlert(
    reference=DeadlineReference.DAGRUN_QUEUED_AT,
    interval=timedelta(seconds=${deadlineSeconds}),
    # plugins/blotter_deadline.py: the triggerer, which calls it, imports no DAG.
    callback=AsyncCallback(
        "blotter_deadline.DeadlineMail",
        kwargs={
            "to": SETTINGS["mail_to"],
            "from_email": SETTINGS["mail_from"],
            "subject": "Blotter: {{ dag_run.dag_id }} is late",
            "html_content": "<p>The run {{ dag_run.dag_run_id }} of {{ dag_run.dag_id }} was to end by "
            "{{ deadline.deadline_time }} (within ${minutes} minutes) and has not.</p>"
            "<p>It goes on; the newest batch is the one before. Its grid in Airflow shows which step is slow.</p>",
            "custom_headers": {"X-Blotter-Event": "deadline_missed", "X-Blotter-Run": "{{ dag_run.dag_run_id }}"},
        },
    ),
)
`
  return `def tell_that_late(dag, task_list, blocking_task_list, slas, blocking_tis):
    """Sends the mail of a missed \`sla\` by STARTTLS with the server's certificate checked, which Airflow 2 itself does not."""
    server = BaseHook.get_connection("smtp_default")  # airflow/connections/smtp_default in Secrets Manager
    late = sorted({str(miss.execution_date) for miss in slas})
    mail = EmailMessage()
    mail["From"], mail["To"] = SETTINGS["mail_from"], ", ".join(SETTINGS["mail_to"])
    mail["Subject"] = f"Blotter: {dag.dag_id} is late"
    mail["X-Blotter-Event"], mail["X-Blotter-Run"] = "deadline_missed", ", ".join(late)
    mail.set_content(
        f"Tasks of {dag.dag_id} are later than their limit (the run's: ${minutes} minutes):\\n{task_list}\\n\\n"
        f"They wait for:\\n{blocking_task_list}\\n\\nThe run goes on; the newest batch is the one before.\\n"
    )
    with smtplib.SMTP(server.host, server.port or 587, timeout=30) as smtp:
        smtp.starttls(context=ssl.create_default_context())
        smtp.login(server.login, server.password)
        smtp.send_message(mail)

`
}

/** What the DAG itself is told of deadlines. */
export function deadlineArguments(version: AirflowVersion): string {
  return version === 3 ? '    deadline=DEADLINE,\n' : '    sla_miss_callback=tell_that_late,\n'
}

/** The callback of a Deadline Alert. The provider's own fails over STARTTLS: it upgrades a connection that is upgraded already. */
export function deadlinePlugin(): string {
  return `"""The mail of a missed deadline, for Airflow's triggerer; written by \`blotter airflow render\`."""
from functools import cached_property

from airflow.providers.smtp.hooks.smtp import SmtpHook
from airflow.providers.smtp.notifications.smtp import SmtpNotifier


class StartTlsHook(SmtpHook):
    """The provider's hook begins TLS itself and lets the client library begin it once more, which a server refuses."""

    def _build_client_kwargs(self, is_async):
        told = super()._build_client_kwargs(is_async)
        return {**told, "start_tls": False} if is_async else told


class DeadlineMail(SmtpNotifier):
    @cached_property
    def hook(self):
        return StartTlsHook(smtp_conn_id=self.smtp_conn_id)
`
}
