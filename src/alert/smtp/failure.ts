import { BlotterError } from '../../errors.ts'
import { redaction } from '../../log/redaction.ts'

/** What is worth knowing of an error of the mail client or of a socket. */
interface Failure {
  code?: string
  message?: string
  response?: string
  responseCode?: number
}

/** Why a mail did not go, in words, with what to do; what a server said is repeated without credentials. */
export function smtpFailure(error: unknown, place: string, { user }: { user?: string | undefined }): BlotterError {
  if (error instanceof BlotterError) return error
  const { code = '', message = '', response, responseCode } = error as Failure
  const said = redaction
    .text(response ?? message)
    .replaceAll(/\s+/g, ' ')
    .trim()
    .replace(/\.$/, '')
  const failed = (kind: 'alert_refused' | 'alert_unreachable', why: string, todo: string): BlotterError =>
    new BlotterError(kind, `The mail server ${place} ${why}. The mail was not sent; it waits.`, {
      todo,
      context: { place, ...(responseCode === undefined ? {} : { response: responseCode }) },
    })
  if (code === 'EAUTH' || code === 'ENOAUTH') {
    const who = user === undefined ? 'wants a login' : `refused the login of ${user}`
    const how = 'Large providers take an app password here, not that of the account (docs/alerts.md).'
    return failed('alert_refused', `${who}: ${said}`, `Check alerts.email.user and alerts.email.password. ${how}`)
  }
  if (isCertificate(code, message)) {
    const todo =
      'Give the name that its certificate bears as alerts.email.host, or its authority as alerts.email.ca (a PEM file).'
    return failed('alert_refused', `shows a certificate that is not trusted: ${said}`, todo)
  }
  if (code === 'ETLS' || /wrong version number|STARTTLS/i.test(message)) {
    const todo =
      'Use its port for STARTTLS (587), or port 465 with `tls: implicit`. Blotter sends no mail over an open connection.'
    return failed('alert_refused', `does not speak TLS as it has to: ${said}`, todo)
  }
  if (responseCode !== undefined && responseCode >= 500) {
    return failed(
      'alert_refused',
      `refused the mail: ${said}`,
      'Check alerts.email.from and alerts.email.to; the server says why.',
    )
  }
  if (responseCode !== undefined && responseCode >= 400) {
    return failed('alert_unreachable', `asks to come again: ${said}`, 'Nothing: it is tried again for a day.')
  }
  const todo = 'Check alerts.email.host and alerts.email.port, and that a firewall lets this machine through.'
  return failed('alert_unreachable', `could not be talked to: ${said || code}`, todo)
}

function isCertificate(code: string, message: string): boolean {
  const known = /^(?:CERT_|ERR_TLS_CERT|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH)/.test(code)
  return known || /certificate|altname/i.test(message)
}
