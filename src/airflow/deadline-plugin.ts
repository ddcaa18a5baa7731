/** The callback of a Deadline Alert. The provider's own fails over STARTTLS: it upgrades a connection that is upgraded already. */
export function deadlinePlugin(): string {
  return `"""The mail of a missed deadline, for Airflow's triggerer; by \`blotter airflow render\`."""

from functools import cached_property

from airflow.providers.smtp.hooks.smtp import SmtpHook
from airflow.providers.smtp.notifications.smtp import SmtpNotifier


class StartTlsHook(SmtpHook):
    """Begins TLS once: the provider's hook does, and lets the client library do it again."""

    def _build_client_kwargs(self, is_async):
        told = super()._build_client_kwargs(is_async)
        return {**told, "start_tls": False} if is_async else told


class DeadlineMail(SmtpNotifier):
    """The provider's mail, by the hook that bears STARTTLS."""

    @cached_property
    def hook(self):
        return StartTlsHook(smtp_conn_id=self.smtp_conn_id)
`
}
