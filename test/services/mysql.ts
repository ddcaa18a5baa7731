import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { makeCertificate } from './certificate.ts'
import { accountSql, type DatabaseServer, privateFolder, serviceMissing, startServer } from './database-process.ts'
import { cacheFolder, isUnpacked, once, onPath, unpackDebian } from './debian-packages.ts'

const execute = promisify(execFile)

/** Give it to `describe` or `test` where `startMySql` found nothing: `{ skip: server ? false : NO_MYSQL }`. */
export const NO_MYSQL = 'real MySQL is missing: run once with BLOTTER_TEST_MYSQL=1, which unpacks it into the cache'

/**
 * Starts a real MySQL (Oracle's) of this test process's own (about 1 s, 300 MB): `mysqld` from the PATH, else Debian sid's
 * packages unpacked into the cache without root. The first time that takes 20 s, a download of 66 MB and 360 MB of disk. So
 * it is fetched in CI and where `BLOTTER_TEST_MYSQL=1`, used wherever it is already there, and undefined otherwise.
 */
export async function startMySql(options: readonly string[] = []): Promise<DatabaseServer | undefined> {
  const remedy = 'Run once with BLOTTER_TEST_MYSQL=1 on a machine whose apt-get reaches Debian’s packages.'
  const program = await findProgram().catch((error: unknown) => serviceMissing('MySQL', remedy, error))
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
    `--init-file=${join(folder, 'init.sql')}`,
    `--pid-file=${join(folder, 'pid')}`,
    `--ssl-ca=${certificate.caFile}`,
    `--ssl-cert=${certificate.certificateFile}`,
    `--ssl-key=${certificate.keyFile}`,
    '--secure-file-priv=',
    '--mysqlx=OFF',
    '--performance-schema=OFF',
    '--innodb-flush-log-at-trx-commit=0',
    '--skip-log-bin',
    '--local-infile=1',
    ...options,
  ]
  return startServer(command, { folder, password, ca: certificate.caFile })
}

interface Program {
  command: string[]
  root?: string
  cache: string
}

async function findProgram(): Promise<Program> {
  const installed = onPath('mysqld')
  if (installed && !/mariadb/i.test((await execute(installed, ['--version'])).stdout)) {
    return { command: [installed], cache: join(cacheFolder(), 'mysql-installed') }
  }
  const wanted = process.env['CI'] || process.env['BLOTTER_TEST_MYSQL'] === '1'
  if (!wanted && !isUnpacked('mysql')) throw new Error('it is not in the cache, and BLOTTER_TEST_MYSQL is not 1')
  const unpacked = await unpackDebian({
    name: 'mysql',
    packages: ['mysql-server-core'],
    suite: 'sid',
    skip: /^(perl|libperl|debconf|dpkg_|tar_)|-modules/,
  })
  return {
    command: unpacked.command('usr/sbin/mysqld'),
    root: unpacked.folder,
    cache: join(cacheFolder(), 'mysql'),
  }
}

function serverWords(program: Program, data: string): string[] {
  const folders = program.root
    ? [
        `--basedir=${join(program.root, 'usr')}`,
        `--lc-messages-dir=${join(program.root, 'usr/share/mysql')}`,
        `--character-sets-dir=${join(program.root, 'usr/share/mysql/charsets')}`,
        `--plugin-dir=${join(program.root, 'usr/lib/mysql/plugin')}`,
      ]
    : []
  const small = ['--innodb-buffer-pool-size=64M', '--innodb-redo-log-capacity=16M', '--table-open-cache=200']
  return ['--no-defaults', `--user=${userInfo().username}`, `--datadir=${data}`, ...folders, ...small]
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
      const words = [...program.command, ...serverWords(program, unfinished), '--initialize-insecure', '--skip-log-bin']
      await execute(words[0]!, words.slice(1))
      // Each server is to have its own identity.
      await rm(join(unfinished, 'auto.cnf'), { force: true })
      await rename(unfinished, template)
    },
  )
  return template
}
