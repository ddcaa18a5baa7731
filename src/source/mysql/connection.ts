import type mysql from 'mysql2'
import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { interrupted } from '../../errors.ts'
import type { Channel, ReusingSocket } from './channel.ts'
import { mysqlFailure } from './failure.ts'
import type { MysqlAddress } from './url.ts'

/** A server that says nothing for so long, even while it counts rows, is taken for lost. */
const SILENCE_TIMEOUT_MS = 600_000

export type Cell = null | number | string | Buffer

/** What a statement that returns no rows did. */
export interface Outcome {
  affectedRows: number
  /** The server's own summary (`Records: 3  Duplicates: 1  Warnings: 0`), where it gives one. */
  info: string
}

/** One connection. Every promise of it rejects with a BlotterError, and with `interrupted` soon after the signal's abort. */
export interface MysqlConnection extends AsyncDisposable {
  /** `MariaDB 10.11.19`, `MySQL 9.7.4`. */
  readonly server: string
  readonly encrypted: boolean
  /** The server's number of it, which KILL takes. */
  readonly id: number
  /** A few rows as objects, by the text protocol. */
  rows(sql: string, values?: readonly unknown[]): Promise<Record<string, Cell>[]>
  run(sql: string, values?: readonly unknown[]): Promise<Outcome>
  /**
   * Many rows as arrays, by the binary protocol, which is faster and carries doubles exactly. While a promise that `take`
   * returned is pending no more is read from the server.
   */
  each(sql: string, take: (row: Cell[]) => Promise<void> | undefined): Promise<void>
  /**
   * Lends the bytes below the driver and takes them back when `work` is done. After a failure the connection is closed: what
   * else was on its way is unknown. Errors with an `errno` are taken for the server's.
   */
  lend(work: (channel: Channel) => Promise<void>): Promise<void>
  /** Answers the server's request for the file of a `LOAD DATA LOCAL INFILE` with a stream. */
  sendFile(sql: string, content: Readable): Promise<Outcome>
}

interface Wiring {
  reusing: ReusingSocket
  /** Rejects once the connection is of no more use. */
  broken: PromiseWithResolvers<never>
  close(): void
  guardedBy: { address: MysqlAddress; signal: AbortSignal; doing: 'reading' | 'writing' }
}

/** The driver's connection, whose promises reject with what people can do something about. */
export function guardConnection(
  connection: mysql.Connection,
  { reusing, broken, close, guardedBy }: Wiring,
): MysqlConnection {
  const { socket } = reusing
  const { address, signal, doing } = guardedBy
  const stream = (connection as unknown as { stream: Socket }).stream
  const lose = (code: string, message: string): void => {
    socket.destroy()
    broken.reject(Object.assign(new Error(message), { code }))
  }
  stream.setTimeout(SILENCE_TIMEOUT_MS, () => lose('PROTOCOL_SEQUENCE_TIMEOUT', 'the server said nothing for ten minutes'))
  stream.once('close', () => lose('PROTOCOL_CONNECTION_LOST', 'the connection was closed'))

  const guard = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await Promise.race([broken.promise, work])
    } catch (error) {
      throw signal.aborted ? interrupted(signal.reason) : mysqlFailure(error, address, doing)
    }
  }
  const query = <T>(options: mysql.QueryOptions): Promise<T> => once((done) => connection.query(options, done as never))
  return {
    server: serverOf(connection),
    encrypted: stream !== socket,
    id: connection.threadId!,
    rows: (sql, values) => guard(query({ sql, values: values?.slice() })),
    run: (sql, values) => guard(query<mysql.ResultSetHeader>({ sql, values: values?.slice() }).then(outcome)),
    async each(sql, take) {
      const fault = await guard(eachRow(connection, sql, take))
      if (fault) throw fault.error
    },
    async lend(work) {
      const channel = reusing.channel(stream)
      const fault = await guard(lent(channel, work)).catch((error: unknown) => ({ error }))
      channel.close()
      if (!fault) return
      socket.destroy()
      throw fault.error
    },
    async sendFile(sql, content) {
      try {
        return outcome(await guard(query({ sql, infileStreamFactory: () => content } as mysql.QueryOptions)))
      } catch (error) {
        throw content.errored ?? error
      }
    },
    async [Symbol.asyncDispose]() {
      // A polite goodbye, where there is still somebody to take it.
      const goodbye = stream.destroyed ? undefined : once((done) => connection.end(done))
      await Promise.race([broken.promise, goodbye]).catch(() => {})
      close()
    },
  }
}

/** Resolves to a fault that is none of the server's. */
function lent(channel: Channel, work: (channel: Channel) => Promise<void>): Promise<{ error: unknown } | undefined> {
  return work(channel).then(
    () => undefined,
    (error: { errno?: number }) => {
      if ((error.errno ?? 0) > 0) throw error
      return { error }
    },
  )
}

type Done<T> = (error: Error | null, value?: T) => void

/** What the driver calls back with, as a promise. */
export function once<T>(start: (done: Done<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    start((error, value) => (error ? reject(error) : resolve(value as T)))
  })
}

function outcome(header: mysql.ResultSetHeader): Outcome {
  return { affectedRows: header.affectedRows, info: header.info ?? '' }
}

/** MariaDB puts `5.5.5-` in front of its version, for replicas that cannot count beyond. */
function serverOf(connection: mysql.Connection): string {
  const { serverVersion } = (connection as unknown as { _handshakePacket: { serverVersion: string } })._handshakePacket
  const version = serverVersion.replace(/^5\.5\.5-(?=1)/, '')
  return `${/mariadb/i.test(version) ? 'MariaDB' : 'MySQL'} ${version.replace(/-.*/, '')}`
}

/** Resolves to the fault of the one who takes the rows, which is none of the server's; the connection is ended then. */
function eachRow(
  connection: mysql.Connection,
  sql: string,
  take: (row: Cell[]) => Promise<void> | undefined,
): Promise<{ error: unknown } | undefined> {
  return new Promise((resolve, reject) => {
    let failed = false
    const fail = (error: unknown): void => {
      failed = true
      resolve({ error })
      // What the server still sends cannot be told to stop otherwise.
      connection.destroy()
    }
    const options = { sql, values: [], rowsAsArray: true }
    const query = connection.execute(options)
    query.on('result', (row) => {
      if (failed) return
      try {
        const busy = take(row as unknown as Cell[])
        if (!busy) return
        connection.pause()
        busy.then(() => connection.resume(), fail)
      } catch (error) {
        fail(error)
      }
    })
    query.on('error', reject)
    query.on('end', () => {
      connection.unprepare(options as unknown as string)
      resolve(undefined)
    })
  })
}
