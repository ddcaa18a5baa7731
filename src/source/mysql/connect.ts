import type mysql from 'mysql2'
import { readFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { BlotterError, interrupted } from '../../errors.ts'
import { ReusingSocket } from './channel.ts'
import { guardConnection, type MysqlConnection, once } from './connection.ts'
import { mysqlFailure } from './failure.ts'
import type { MysqlAddress } from './url.ts'

const CONNECT_TIMEOUT_MS = 10_000
/** Servers tell new sessions much (`init_connect`): of texts in other character sets, of fewer rows, of commits to wait for. */
const WHOLE_AND_KEPT = 'SET NAMES utf8mb4, SESSION sql_select_limit = 18446744073709551615, SESSION autocommit = 1'

export interface ConnectOptions {
  password?: string
  signal: AbortSignal
  /** Default `reading`: what errors say that the connection was for. */
  doing?: 'reading' | 'writing'
}

/** Connects, with TLS as the address says. No database is chosen: names in statements are qualified. */
export async function connectMysql(address: MysqlAddress, options: ConnectOptions): Promise<MysqlConnection> {
  const ssl = await tlsOptions(address)
  try {
    return await settled(attempt(address, ssl, options))
  } catch (error) {
    const unsupported = (error as { code?: string }).code === 'HANDSHAKE_NO_SSL_SUPPORT'
    if (!(unsupported && address.tls === 'auto')) throw mysqlFailure(error, address, 'connecting')
    return await settled(attempt(address, undefined, options)).catch((second: unknown) => {
      throw mysqlFailure(second, address, 'connecting')
    })
  }
}

async function settled(connecting: Promise<MysqlConnection>): Promise<MysqlConnection> {
  const connection = await connecting
  try {
    await connection.run(WHOLE_AND_KEPT)
    return connection
  } catch (error) {
    await connection[Symbol.asyncDispose]()
    throw error
  }
}

async function tlsOptions(address: MysqlAddress): Promise<mysql.SslOptions | undefined> {
  if (address.tls === 'off') return undefined
  if (address.tls !== 'verify') return { rejectUnauthorized: false }
  if (!address.caFile) return { rejectUnauthorized: true, verifyIdentity: true }
  try {
    return { rejectUnauthorized: true, verifyIdentity: true, ca: await readFile(address.caFile) }
  } catch (error) {
    throw new BlotterError('source_url_invalid', `The certificate authority’s file cannot be read: ${String(error)}`, {
      todo: 'Give a readable file in PEM form as `ca=`.',
      context: { file: address.caFile },
      cause: error,
    })
  }
}

async function attempt(
  address: MysqlAddress,
  ssl: mysql.SslOptions | undefined,
  { password, signal, doing = 'reading' }: ConnectOptions,
): Promise<MysqlConnection> {
  // Most commands connect to no server, and most servers ask for no Ed25519: only who needs them pays for loading them.
  const { createConnection } = await import('mysql2')
  const ed25519 = async (challenge: Buffer): Promise<Buffer> =>
    (await import('./ed25519.ts')).signChallenge(password ?? '', challenge)
  if (signal.aborted) throw interrupted(signal.reason)
  const reusing = new ReusingSocket({ host: address.host, port: address.port, keepAlive: true, noDelay: true })
  const { socket } = reusing
  const connection = createConnection({
    stream: socket,
    // The driver checks the certificate of an address against "localhost"; with a dot at its end it takes the address for
    // the name that it is to look for, and Node.js compares it with the certificate's addresses.
    host: isIP(address.host) === 0 ? address.host : `${address.host}.`,
    port: address.port,
    user: address.user,
    password,
    ssl,
    charset: 'utf8mb4',
    connectTimeout: CONNECT_TIMEOUT_MS,
    supportBigNumbers: true,
    dateStrings: true,
    jsonStrings: true,
    authPlugins: { client_ed25519: () => ed25519 },
    // Rows that an upsert finds as they should be are not to count as affected.
    flags: ['-FOUND_ROWS'],
  })
  const broken = Promise.withResolvers<never>()
  broken.promise.catch(() => {})
  connection.on('error', (error) => broken.reject(error))
  const abort = (): void => {
    socket.destroy()
    broken.reject(interrupted(signal.reason))
  }
  signal.addEventListener('abort', abort, { once: true })
  const close = (): void => {
    signal.removeEventListener('abort', abort)
    socket.destroy()
  }
  try {
    await Promise.race([broken.promise, once((done) => connection.connect(done))])
  } catch (error) {
    close()
    throw error
  }
  return guardConnection(connection, { reusing, broken, close, guardedBy: { address, signal, doing } })
}
