import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { copyFile, glob, mkdir, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { cacheFolder } from '../../test/services/debian-packages.ts'

/** Where the peers are. */
export interface Peers {
  python: string
  /** Paths of the MariaDB JDBC driver's jar, none where Maven is missing: Spark is left out then. */
  jars: readonly string[]
}

const run = promisify(execFile)
const TIMEOUT_MS = 20 * 60_000
const DRIVER = ['org.mariadb.jdbc', 'mariadb-java-client', '3.5.6'] as const

/** Other ways of doing the same, made once from the package registries in the cache (about 1 GB). Needs Python 3.10 or later. */
export async function preparePeers(say: (message: string) => void): Promise<Peers> {
  const requirements = join(import.meta.dirname, 'requirements.txt')
  const pins = createHash('sha256')
    .update(await readFile(requirements))
    .digest('hex')
  const folder = join(cacheFolder(), `bench-${pins.slice(0, 12)}`)
  if (!existsSync(folder)) {
    say('Fetching the peers from the package registries, once …')
    const draft = `${folder}.${process.pid}`
    await mkdir(draft, { recursive: true })
    try {
      await run('python3', ['-m', 'venv', draft], { timeout: TIMEOUT_MS })
      const pip = ['-m', 'pip', 'install', '--quiet', '--no-input', '--disable-pip-version-check', '-r', requirements]
      await run(join(draft, 'bin/python'), pip, { timeout: TIMEOUT_MS })
      await nameExtension(draft)
      await fetchDriver(draft, say)
      await rename(draft, folder)
    } finally {
      await rm(draft, { recursive: true, force: true })
    }
  }
  return { python: join(folder, 'bin/python'), jars: await Array.fromAsync(glob(join(folder, 'jars/*.jar'))) }
}

/** DuckDB takes the name of an extension's entry point from its file. */
async function nameExtension(folder: string): Promise<void> {
  for await (const file of glob(
    join(folder, 'lib/python3*/site-packages/duckdb_extension_mysql/**/mysql.duckdb_extension'),
  )) {
    await copyFile(file, join(dirname(file), 'mysql_scanner.duckdb_extension'))
  }
}

async function fetchDriver(folder: string, say: (message: string) => void): Promise<void> {
  const [group, artifact, version] = DRIVER
  const words = [
    '-q',
    'dependency:copy',
    `-Dartifact=${group}:${artifact}:${version}`,
    `-DoutputDirectory=${join(folder, 'jars')}`,
  ]
  await run('mvn', words, { timeout: TIMEOUT_MS }).catch((error: Error) =>
    say(`Spark is left out: ${error.message.split('\n')[0]}`),
  )
}
