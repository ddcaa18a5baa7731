import { isIP } from 'node:net'
import { BlotterError } from '../../errors.ts'
import { connectMysql } from './connect.ts'
import type { MysqlConnection } from './connection.ts'
import { describeTable, qualified } from './describe.ts'
import { logIn, type Login, type Logins } from './login.ts'
import { type MysqlAddress, parseMysqlUrl } from './url.ts'

export interface AccountsOptions {
  /** The table that the accounts read where the URL does not name one. */
  table: string
  /** Of the account in use, which the other one is made like. */
  logins: Logins
  /** Who makes accounts and sets passwords; where absent the accounts do it themselves. */
  admin: (() => Promise<Required<Login>>) | undefined
  signal: AbortSignal
}

/** Longest name of an account: MySQL's; MariaDB takes more. */
const LONGEST_NAME = 32

/** Two accounts of a MySQL or MariaDB server that take turns in reading a table, as a rotation wants them. */
export function openAccounts(url: string, { table, logins, admin, signal }: AccountsOptions) {
  const address = parseMysqlUrl(url, { table })
  const connectAs = (user: string, password: string | undefined): Promise<MysqlConnection> =>
    connectMysql({ ...address, user }, { signal, ...(password === undefined ? {} : { password }) })
  return {
    async set(account: string, password: string, previous: string | undefined): Promise<void> {
      if (account.length > LONGEST_NAME) throw nameTooLong(account)
      if (admin) {
        const model = await modelOf(address, logins, signal)
        const { user, password: adminPassword } = await admin()
        await using connection = await connectAs(user!, adminPassword)
        refuseInTheClear(connection, address)
        return await setAsAdmin(connection, address, { account, password, model })
      }
      if (await canLogIn(connectAs, account, password)) return
      if (previous !== undefined) {
        await using connection = await connectAs(account, previous)
        refuseInTheClear(connection, address)
        return await setOwn(connection, password)
      }
      const model = await modelOf(address, logins, signal)
      await using connection = await logIn(address, logins, { signal })
      refuseInTheClear(connection, address)
      await setAsAdmin(connection, address, { account, password, model }).catch((error: unknown) => {
        throw noAdmin(account, error)
      })
    },
    async test(account: string, password: string): Promise<void> {
      await using connection = await connectAs(account, password)
      const { table: name } = await describeTable(connection, address)
      await connection.rows(`SELECT * FROM ${qualified(address, name)} LIMIT 1`)
    },
  }
}

/** What the second account is to have of the first one. */
interface Model {
  user: string
  /** From where the account may log in: `%`, `10.0.0.%`, `localhost`. */
  host: string
}

async function modelOf(address: MysqlAddress, logins: Logins, signal: AbortSignal): Promise<Model> {
  await using connection = await logIn(address, logins, { signal })
  const [row] = await connection.rows('SELECT CURRENT_USER() AS account')
  const account = String(row?.['account'])
  const at = account.lastIndexOf('@')
  return { user: account.slice(0, at), host: account.slice(at + 1) }
}

async function setAsAdmin(
  connection: MysqlConnection,
  address: MysqlAddress,
  { account, password, model }: { account: string; password: string; model: Model },
): Promise<void> {
  const { identified, require } = await likeModel(connection, model)
  // Each statement can be repeated, so that a rotation which was killed between two of them goes on.
  const values = [account, model.host, password]
  await connection.run(`CREATE USER IF NOT EXISTS ?@? ${identified}${require}`, values)
  await connection.run(`ALTER USER ?@? ${identified}${require}`, values)
  const { table } = await describeTable(connection, address)
  await connection.run(`GRANT SELECT ON ${qualified(address, table)} TO ?@?`, values.slice(0, 2))
}

/** How the first account logs in and what TLS it has to use; servers' defaults where the admin may not see that. */
async function likeModel(
  connection: MysqlConnection,
  { user, host }: Model,
): Promise<{ identified: string; require: string }> {
  const [row] = await connection.rows('SHOW CREATE USER ?@?', [user, host]).catch(() => [])
  const made = String(Object.values(row ?? {})[0] ?? '')
  const isEd25519 = connection.server.startsWith('MariaDB') && /IDENTIFIED VIA ed25519/i.test(made)
  const [, require] = /\bREQUIRE (SSL|X509)\b/.exec(made) ?? []
  return {
    identified: isEd25519 ? 'IDENTIFIED VIA ed25519 USING PASSWORD(?)' : 'IDENTIFIED BY ?',
    require: require === undefined ? '' : ` REQUIRE ${require}`,
  }
}

/** An account may always set its own password; the two servers want it said in their own ways. */
async function setOwn(connection: MysqlConnection, password: string): Promise<void> {
  const isMariaDb = connection.server.startsWith('MariaDB')
  await connection.run(isMariaDb ? 'SET PASSWORD = PASSWORD(?)' : 'ALTER USER USER() IDENTIFIED BY ?', [password])
}

async function canLogIn(
  connectAs: (user: string, password: string) => Promise<MysqlConnection>,
  account: string,
  password: string,
): Promise<boolean> {
  try {
    await using _ = await connectAs(account, password)
    return true
  } catch (error) {
    if (error instanceof BlotterError && error.code === 'source_refused') return false
    throw error
  }
}

function refuseInTheClear({ encrypted }: MysqlConnection, { host, port, tls }: MysqlAddress): void {
  const isNear = host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
  if (encrypted || isNear || tls === 'off') return
  const message = `${host}:${port} offers no TLS: the new password would cross the network in the clear. It was not sent.`
  throw new BlotterError('source_refused', message, {
    todo: 'Switch TLS on at the server, or say `tls=off` in the source’s URL where the network is trusted.',
    context: { host: `${host}:${port}` },
  })
}

function nameTooLong(account: string): BlotterError {
  const message = `The second account’s name ${account} has more than ${LONGEST_NAME} characters.`
  return new BlotterError('config_invalid', message, {
    todo: 'Give it a shorter one: `source: { rotation: { clone: … } }`.',
    context: { key: 'source.rotation.clone', account },
  })
}

function noAdmin(account: string, cause: unknown): BlotterError {
  const said = cause instanceof Error ? cause.message : String(cause)
  const message = `The account ${account} cannot be made or changed without an admin: ${said}`
  return new BlotterError('source_refused', message, {
    todo:
      'Name one as `source: { rotation: { admin_user: root, admin_password: secret://mysql_admin } }`; or make the account ' +
      'by hand, and store its password under the secret’s name with `_clone` behind it.',
    context: { account },
    cause,
  })
}
