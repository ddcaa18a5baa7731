import { ACCOUNT_CHANGES, type AccountChange, type Alert } from '../../model/alert.ts'
import type { Act, Identity } from './identity.ts'

type Notice = Extract<Alert, { event: 'account_changed' }>

/** What the owner of an account is to be told of an act, once it is in the log; undefined for all others. */
export function noticeOf(identity: Identity, { actor, act, subject, details = {} }: Act): Notice | undefined {
  const change = act === 'login' ? loginChange(identity, subject, details) : ACCOUNT_CHANGES.find((one) => one === act)
  if (change === undefined) return undefined
  // Passkeys are named after what they are called, and only their owners add and remove them.
  const to = (change.startsWith('passkey_') ? actor : subject).trim().toLowerCase()
  // Whatever is typed at a login is no address to send mail to.
  if (!identity.database.get('SELECT 1 FROM users WHERE email = ?', to)) return undefined
  const { address } = details
  return { event: 'account_changed', to, change, by: actor, from: typeof address === 'string' ? address : null }
}

function loginChange({ database }: Identity, email: string, details: Act['details']): AccountChange | undefined {
  if (details?.['factor'] === 'recovery') return 'recovery_code_used'
  const sql = `SELECT count(*) AS logins, count(*) FILTER (WHERE json_extract(details, '$.address') = ?) AS here
    FROM audit WHERE act = 'login' AND subject = ?`
  const { logins, here } = database.get<{ logins: number; here: number }>(sql, String(details?.['address']), email)!
  return logins > 1 && here === 1 ? 'new_place' : undefined
}
