import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { makeCertificate } from './certificate.ts'
import { accountSql, type DatabaseServer, privateFolder, serviceMissing, startServer } from './database-process.ts'
import { cacheFolder, once, onPath, unpackDebian } from './debian-packages.ts'

/** Give it to `describe` or `test` where `startMariaDb` found nothing: `{ skip: server ? false : NO_MARIADB }`. */
export const NO_MARIADB = 'MariaDB is missing: install mariadb-server-core, or let apt-get download it'

/**
 * Starts a MariaDB of this test process's own (about 1 s, 100 MB): `mariadbd` from the PATH, else Debian's packages unpacked
 * into the cache without root. Undefined where neither is to be had, which fails in CI. It ends with the process.
 *
 * `options` are words for mariadbd's command line, such as `--max-allowed-packet=1M`.
 */
export async function startMariaDb(options: readonly string[] = []): Promise<DatabaseServer | undefined> {
  const program = await findProgram().catch((error: unknown) =>
    serviceMissing('MariaDB', 'Install mariadb-server-core, or give this machine apt-get with a reachable mirror.', error),
  )
  if (!program) return undefined
  const template = await dataTemplate(program)
  const folder = privateFolder()
  const data = join(folder, 'data')
  await cp(template, data, { recursive: true })
  const password = randomBytes(9).toString('base64url')
  await writeFile(join(folder, 'init.sql'), accountSql(password))
  const certificate = await makeCertificate(join(folder, 'tls'))
  const command = [
    ...program.command,
    ...serverWords(program, data),
    // A server that starts deletes what others have left in the folder of temporary tables, living ones' too.
    `--tmpdir=${folder}`,
    `--init-file=${join(folder, 'init.sql')}`,
    `--pid-file=${join(folder, 'pid')}`,
    `--ssl-ca=${certificate.caFile}`,
    `--ssl-cert=${certificate.certificateFile}`,
    `--ssl-key=${certificate.keyFile}`,
    '--character-set-server=utf8mb4',
    '--performance-schema=OFF',
    '--innodb-flush-log-at-trx-commit=0',
    '--innodb-flush-method=nosync',
    '--skip-log-bin',
    '--skip-name-resolve',
    '--local-infile=1',
    ...options,
  ]
  return startServer(command, { folder, password, ca: certificate.caFile })
}

interface Program {
  command: string[]
  /** The folder of the SQL files that make the system tables. */
  share: string
  plugins?: string
  /** Where the empty data folder is kept. */
  cache: string
}

async function findProgram(): Promise<Program> {
  const installed = onPath('mariadbd')
  const share = ['/usr/share/mysql', '/usr/share/mariadb', '/usr/local/share/mysql'].find((folder) =>
    existsSync(join(folder, 'english/errmsg.sys')),
  )
  if (installed && share) return { command: [installed], share, cache: join(cacheFolder(), 'mariadb-installed') }
  const unpacked = await unpackDebian({ name: 'mariadb', packages: ['mariadb-server-core', '!mariadb-server'] })
  return {
    command: unpacked.command('usr/sbin/mariadbd'),
    share: join(unpacked.folder, 'usr/share/mysql'),
    plugins: join(unpacked.folder, 'usr/lib/mysql/plugin'),
    cache: join(cacheFolder(), 'mariadb'),
  }
}

/** Small, since several servers run at a time. */
function serverWords(program: Program, data: string): string[] {
  return [
    '--no-defaults',
    `--user=${userInfo().username}`,
    `--datadir=${data}`,
    `--lc-messages-dir=${program.share}`,
    `--character-sets-dir=${join(program.share, 'charsets')}`,
    ...(program.plugins ? [`--plugin-dir=${program.plugins}`] : []),
    '--innodb-buffer-pool-size=64M',
    '--innodb-log-file-size=16M',
    '--aria-pagecache-buffer-size=8M',
    '--key-buffer-size=1M',
    '--loose-innodb-buffer-pool-dump-at-shutdown=OFF',
  ]
}

/** An empty data folder, made once and copied for each server: making one takes longer than starting. */
async function dataTemplate(program: Program): Promise<string> {
  const template = join(program.cache, 'data')
  await once(
    program.cache,
    () => existsSync(template),
    async () => {
      const unfinished = `${template}.unfinished`
      await rm(unfinished, { recursive: true, force: true })
      await mkdir(unfinished, { recursive: true })
      const sql = ['create database if not exists mysql;', 'use mysql;', 'set @auth_root_socket=NULL;']
      for (const name of ['system_tables', 'performance_tables', 'system_tables_data', 'maria_add_gis_sp_bootstrap']) {
        const spellings = [`mysql_${name}.sql`, `mariadb_${name}.sql`, `${name}.sql`]
        const file = spellings.find((spelling) => existsSync(join(program.share, spelling)))
        if (file) sql.push(await readFile(join(program.share, file), 'utf8'))
      }
      await bootstrap([...program.command, ...serverWords(program, unfinished), '--bootstrap'], sql.join('\n'))
      await rename(unfinished, template)
    },
  )
  return template
}

function bootstrap(command: readonly string[], sql: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command[0]!, command.slice(1), { stdio: ['pipe', 'ignore', 'pipe'] })
    let log = ''
    child.stderr.on('data', (text: Buffer) => (log += text.toString()))
    child.once('error', reject)
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`mariadbd --bootstrap failed: ${log}`))))
    child.stdin.end(sql)
  })
}
