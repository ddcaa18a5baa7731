import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import mysql from 'mysql2/promise'
import { onPath } from './debian-packages.ts'
import { freePort } from './free-port.ts'

/** A database server of this test process's own: empty, on loopback, gone with the process. */
export interface DatabaseServer {
  /** `localhost`, so that the certificate's name can be checked; it listens on 127.0.0.1. */
  host: string
  port: number
  user: string
  password: string
  /** `MariaDB 10.11.19`, `MySQL 9.7.4`. */
  version: string
  pid: number
  /** The file of the authority that signed the server's certificate (names: localhost, 127.0.0.1). */
  tls: { ca: string }
  /** A source's URL, without the password. */
  url(database: string, table?: string): string
  /** Runs SQL, several statements too, with all rights; the rows of the last statement that has any. */
  admin(sql: string): Promise<Record<string, unknown>[]>
  /** Ends the server at once and removes its folder. */
  stop(): Promise<void>
}

const running = new Set<{ child: ChildProcess; folder: string }>()

process.on('exit', () => {
  for (const { child, folder } of running) {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
})

/** A private folder that is removed with the process. */
export function privateFolder(): string {
  return mkdtempSync(join(tmpdir(), 'blotter-'))
}

export const USER = 'blotter'

/** Makes the account of `startServer`; given to the server as its `--init-file`, which wants a statement a line. */
export function accountSql(password: string): string {
  return [
    `CREATE USER IF NOT EXISTS '${USER}'@'%' IDENTIFIED BY '${password}';`,
    `GRANT ALL ON *.* TO '${USER}'@'%' WITH GRANT OPTION;`,
    '',
  ].join('\n')
}

/** Starts a server's command line with a free port added, and waits until it lets the account in. */
export async function startServer(
  command: readonly string[],
  where: { folder: string; password: string; ca: string },
): Promise<DatabaseServer> {
  const { folder, password, ca } = where
  const port = await freePort()
  const words = [...command, '--bind-address=127.0.0.1', `--port=${port}`, `--socket=${join(folder, 'socket')}`]
  // The server must not outlive a test process that was killed.
  const setpriv = onPath('setpriv')
  if (setpriv) words.unshift(setpriv, '--pdeathsig', 'KILL')
  const log = openSync(join(folder, 'log'), 'w')
  const child = spawn(words[0]!, words.slice(1), { cwd: folder, stdio: ['ignore', log, log] })
  closeSync(log)
  // A server that a failed test forgot must not keep the process waiting.
  child.unref()
  const entry = { child, folder }
  running.add(entry)
  const connect = () =>
    mysql.createConnection({ host: '127.0.0.1', port, user: USER, password, multipleStatements: true, dateStrings: true })
  const stop = async (): Promise<void> => {
    running.delete(entry)
    if (child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.ref()
      child.kill('SIGKILL')
      await ended
    }
    rmSync(folder, { recursive: true, force: true })
  }

  const deadline = performance.now() + 60_000
  for (;;) {
    const answer = await connect().catch((error: unknown) => error)
    if (!(answer instanceof Error)) {
      await (answer as mysql.Connection).end()
      break
    }
    if (child.exitCode !== null || performance.now() > deadline) {
      const lines = (await readFile(join(folder, 'log'), 'utf8')).trim().split('\n')
      await stop()
      throw new Error(`The test database did not start: ${answer.message}\n${lines.slice(-15).join('\n')}`)
    }
    await sleep(30)
  }

  const admin = async (sql: string): Promise<Record<string, unknown>[]> => {
    const connection = await connect()
    try {
      const [result] = await connection.query(sql)
      const results = Array.isArray(result) && result.some(Array.isArray) ? (result as unknown[]) : [result]
      return (results.findLast(Array.isArray) ?? []) as Record<string, unknown>[]
    } finally {
      await connection.end()
    }
  }
  const [row] = await admin('SELECT version() AS version')
  const version = String(row?.['version'])
  const table = (name?: string): string => (name === undefined ? '' : `?table=${encodeURIComponent(name)}`)
  return {
    host: 'localhost',
    port,
    user: USER,
    password,
    version: /mariadb/i.test(version) ? `MariaDB ${version.replace(/-.*/, '')}` : `MySQL ${version.replace(/-.*/, '')}`,
    pid: child.pid!,
    tls: { ca },
    url: (database, name) => `mysql://${USER}@localhost:${port}/${encodeURIComponent(database)}${table(name)}`,
    admin,
    stop,
  }
}

/** What to do where a service is missing: in CI that is a failure, elsewhere the tests that need it are skipped, loudly. */
export function serviceMissing(what: string, remedy: string, cause: unknown): undefined {
  const why = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause)
  const message = `${what} is missing (${why}). ${remedy}`
  if (process.env['CI']) throw new Error(message, { cause })
  console.error(`SKIPPED TESTS: ${message}`)
  return undefined
}
