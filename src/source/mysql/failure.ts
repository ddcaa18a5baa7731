import { BlotterError, type ErrorCode } from '../../errors.ts'
import type { MysqlAddress } from './url.ts'

const UNREACHABLE = /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)$/
/** Too many connections, of the server's or the account's: waiting helps. */
const CROWDED = new Set([1040, 1203, 1226])
const REFUSED = new Set([1044, 1045, 1130, 1142, 1143, 1227, 1251, 1524, 1698, 1820, 1862, 3118, 3159, 3955, 4151])
const MISSING = new Set([1049, 1146])
/** The table was altered since the snapshot was taken. */
const ALTERED = new Set([1054, 1412])
/** Killed, shut down, timed out, deadlocked. */
const STOPPED = new Set([1053, 1152, 1158, 1159, 1160, 1161, 1205, 1213, 1317, 1927, 1969, 3024, 3169, 4031])
const LOST = /^(PROTOCOL_CONNECTION_LOST|PROTOCOL_SEQUENCE_TIMEOUT|ECONNRESET|EPIPE|ERR_STREAM|ERR_SSL)/

/** What the connection was used for when it failed. */
export type Doing = 'connecting' | 'reading' | 'writing'

/** What the driver or the server complained of, in Blotter's words. */
export function mysqlFailure(error: unknown, address: MysqlAddress, doing: Doing): BlotterError {
  if (error instanceof BlotterError) return error
  const { code = '', errno = 0 } = error as { code?: string; errno?: number }
  const said = saidBy(error)
  const place = `${address.host}:${address.port}`
  const failure = (failed: ErrorCode, message: string, todo: string): BlotterError =>
    new BlotterError(failed, message, { todo, context: { host: place, database: address.database }, cause: error })

  if (code === 'HANDSHAKE_SSL_ERROR' || code === 'HANDSHAKE_NO_SSL_SUPPORT') return tlsFailure(said, address, failure)
  const unknownPlugin = /unknown plugin (\w+)/.exec(said)?.[1]
  if (unknownPlugin) {
    const message = `${place} wants ${address.user} to log in by ${unknownPlugin}, which Blotter does not know.`
    const todo = 'Let the account log in by caching_sha2_password (MySQL) or mysql_native_password (MariaDB): `ALTER USER`.'
    return failure('source_refused', message, todo)
  }
  if (UNREACHABLE.test(code) || CROWDED.has(errno)) {
    const todo = 'Check the host and the port, that the server runs, and that a firewall lets this machine through.'
    const message = `The MySQL server at ${place} could not be reached: ${said}. Nothing was changed.`
    return failure('source_unreachable', message, todo)
  }
  if (REFUSED.has(errno) || code === 'AUTH_SWITCH_PLUGIN_ERROR' || code === 'MYSQL_CLEAR_PASSWORD_NOT_ENABLED') {
    const who = `${address.user} at ${place}`
    const todo =
      'Check the user of the URL, the password (BLOTTER_SOURCE_PASSWORD, BLOTTER_SOURCE_PASSWORD_FILE or secret://NAME) ' +
      `and what the user may do: \`${grant(address, doing)}\`.`
    return failure('source_refused', `The MySQL server refused ${who}: ${said}. Nothing was changed.`, todo)
  }
  if (MISSING.has(errno)) {
    const todo = 'Check the database and `table=` of the source’s URL.'
    return failure('source_table_missing', `${address.database}.${address.table} is not there: ${said}.`, todo)
  }
  if (ALTERED.has(errno)) {
    const what = `${address.database}.${address.table} was altered while it was read: ${said}. What was read is thrown away.`
    return failure('source_changed', what, 'Run `blotter run` again.')
  }
  if (LOST.test(code) || STOPPED.has(errno)) {
    if (doing === 'connecting') {
      const todo = 'Check that a MySQL server listens there and is not shutting down.'
      return failure('source_unreachable', `${place} did not answer as a MySQL server: ${said}. Nothing was changed.`, todo)
    }
    const left = doing === 'reading' ? 'What was read is thrown away.' : 'Rows already committed stay in the table.'
    const todo = doing === 'reading' ? 'Run `blotter run` again: extraction starts anew.' : 'Run `blotter load` again.'
    return failure('source_lost', `The connection to ${place} was lost while ${doing}: ${said}. ${left}`, todo)
  }
  const number = errno === 0 ? '' : ` (error ${errno})`
  const todo = 'Look at the message: it is the server’s own. Its manual explains the error by its number.'
  const message = `The MySQL server at ${place} refused a statement while ${doing}: ${said}${number}.`
  return failure('source_refused', message, todo)
}

function tlsFailure(
  said: string,
  address: MysqlAddress,
  failure: (code: ErrorCode, message: string, todo: string) => BlotterError,
): BlotterError {
  const todo = /does not support/.test(said)
    ? 'Switch TLS on at the server, or take `tls=off` where the network is trusted.'
    : 'Give the authority that signed the server’s certificate with `ca=FILE`, and the name in the certificate as host; ' +
      '`tls=require` encrypts without looking at either.'
  const message = `TLS with ${address.host}:${address.port} failed (tls=${address.tls}): ${said}. No password was sent.`
  return failure('source_refused', message, todo)
}

function grant(address: MysqlAddress, doing: Doing): string {
  const rights = doing === 'writing' ? 'SELECT, INSERT, UPDATE, CREATE' : 'SELECT'
  return `GRANT ${rights} ON ${address.database}.${address.table} TO ${address.user}`
}

function saidBy(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return saidBy(error.errors[0])
  const { message, code } = error as { message?: string; code?: string }
  return (message || code || String(error)).replace(/\.$/, '')
}

/** That a table or database is missing, with what there is instead. */
export function tableMissing(address: MysqlAddress, what: 'table' | 'database', found: readonly string[]): BlotterError {
  const names = found.length === 0 ? 'nothing that this user may see' : found.join(', ')
  const database = `"${address.database}"`
  const missing = what === 'table' ? `no table "${address.table}" in ${database}` : `no database ${database}`
  const place = `${address.host}:${address.port}`
  return new BlotterError('source_table_missing', `There is ${missing} at ${place}. There is: ${names}.`, {
    todo:
      what === 'table'
        ? 'Name the table in the source’s URL (`?table=NAME`), or grant its user SELECT on it.'
        : 'Name the database in the source’s URL (mysql://USER@HOST:PORT/DATABASE), or grant its user SELECT on it.',
    context: { missing: what, host: place, database: address.database, table: address.table, found },
  })
}
