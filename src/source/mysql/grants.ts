import { qualified, quoted } from './describe.ts'
import { logIn, type Logins } from './login.ts'
import { type MysqlAddress, parseMysqlUrl } from './url.ts'

/** What an account may do, against what reading a table needs. */
export interface AccountRights {
  /** The account as the server knows it: `blotter_ro@%`. */
  account: string
  /** Rights that change data, schema or server, with their place: `INSERT on chicago.*`. */
  writes: string[]
  /** Rights to read what is not the source's table: `SELECT on *.*`. */
  extra: string[]
  /** SQL that leaves the account with what it needs. */
  fix: string
}

/** Rights that show something of a table and change nothing. */
const READING = new Set(['SELECT', 'SHOW VIEW', 'USAGE', 'SHOW DATABASES'])

/** More rights than this are counted. */
const LISTED = 4

/** Asks the server what the source's account may do (SHOW GRANTS, which an account may always ask of itself). */
export async function accountRights(
  url: string,
  options: { table: string; logins: Logins; signal: AbortSignal },
): Promise<AccountRights> {
  const address = parseMysqlUrl(url, options)
  await using connection = await logIn(address, options.logins, { signal: options.signal })
  const [row] = await connection.rows('SELECT CURRENT_USER() AS account')
  const account = String(row?.['account'])
  const rows = await connection.rows('SHOW GRANTS')
  const { writes, extra } = readGrants(
    rows.map((one) => String(Object.values(one)[0])),
    address,
  )
  return { account, writes, extra, fix: leastSql(account, address) }
}

/** Sorts what SHOW GRANTS said; what is needed is in neither list. */
export function readGrants(
  lines: readonly string[],
  address: Pick<MysqlAddress, 'database' | 'table'>,
): { writes: string[]; extra: string[] } {
  const writes: string[] = []
  const extra: string[] = []
  for (const line of lines) {
    const role = /^GRANT (?!.* ON )(.+) TO /.exec(line)?.[1]
    if (role !== undefined) extra.push(`the role ${role}`)
    const grant = /^GRANT (.+?) ON (?:TABLE |FUNCTION |PROCEDURE )?(\S+) TO /.exec(line)
    if (!grant) continue
    const [, list = '', place = ''] = grant
    const named = place.replaceAll('`', '').replaceAll(/\\(?=[_%])/g, '')
    const isTable = named.toLowerCase() === `${address.database}.${address.table}`.toLowerCase()
    const rights = list
      .replaceAll(/\s*\([^)]*\)/g, '')
      .split(',')
      .map((right) => right.trim().toUpperCase())
    const changing = rights.filter((right) => !READING.has(right))
    const listed = changing.length > LISTED ? `${changing.length} rights` : changing.join(', ')
    if (changing.length > 0) writes.push(`${listed} on ${named}`)
    if (!isTable && rights.includes('SELECT')) extra.push(`SELECT on ${named}`)
    if (/ WITH GRANT OPTION/.test(line)) writes.push(`GRANT OPTION on ${named}`)
  }
  return { writes, extra }
}

function leastSql(account: string, address: MysqlAddress): string {
  const at = account.lastIndexOf('@')
  const name = `${quoted(account.slice(0, at))}@${quoted(account.slice(at + 1))}`
  return `REVOKE ALL PRIVILEGES, GRANT OPTION FROM ${name}; GRANT SELECT ON ${qualified(address)} TO ${name};`
}
