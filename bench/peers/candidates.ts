import { existsSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Candidate } from '../candidate.ts'
import { type Fingerprint, fingerprintOf, requireSame } from '../verify.ts'
import { DATABASE, type World } from '../world.ts'
import type { Peers } from './environment.ts'

export type { Peers } from './environment.ts'

/** Programs of this folder, each called as `program.py OUT [words]` with where the table is in the environment. */
const PROGRAMS: readonly (readonly [name: string, file: string, words?: readonly string[]])[] = [
  ['DuckDB’s mysql extension, no compression, one thread', 'duckdb_mysql.py', ['1']],
  ['DuckDB’s mysql extension, no compression, two threads', 'duckdb_mysql.py', ['2']],
  ['ConnectorX, one connection, streamed to pyarrow', 'connectorx_stream.py'],
  ['dlt, its connectorx backend', 'dlt_table.py'],
  ['Spark, MariaDB’s driver, streamed, 8 ranges', 'spark_jdbc.py'],
]

export function peerCandidates(world: World, { python, jars }: Peers, expected: Fingerprint): Candidate[] {
  const { server } = world
  const programs = jars.length > 0 ? PROGRAMS : PROGRAMS.filter(([, file]) => file !== 'spark_jdbc.py')
  return programs.map(([name, file, words = []], i): Candidate => {
    const out = join(world.folder, 'out', `peer-${i}`)
    return {
      name,
      async prepare() {
        await rm(out, { recursive: true, force: true })
        await mkdir(out, { recursive: true })
      },
      command: {
        words: [python, join(import.meta.dirname, file), out, ...words],
        env: {
          MYSQL_HOST: '127.0.0.1',
          MYSQL_PORT: String(server.port),
          MYSQL_USER: server.user,
          MYSQL_PASSWORD: server.password,
          MYSQL_DATABASE: DATABASE,
          JARS: jars.join(','),
          TZ: 'UTC',
          PYTHONDONTWRITEBYTECODE: '1',
        },
      },
      async check() {
        if (!existsSync(out)) throw new Error(`${name} wrote nothing`)
        requireSame(name, await fingerprintOf(join(out, '**/*.parquet'), world.folder), expected)
      },
    }
  })
}
