import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openDuckDb } from '../src/engine/duckdb/engine.ts'
import { literal } from '../src/model/sql-text.ts'
import { type DatabaseServer, privateFolder } from '../test/services/database-process.ts'
import { startMariaDb } from '../test/services/mariadb.ts'
import { CREATE_TABLE, generatedRows } from './table.ts'

/** A database of generated incidents, and a folder for what candidates leave behind. */
export interface World extends AsyncDisposable {
  server: DatabaseServer
  rows: number
  folder: string
  /** The same rows as CSV, for LOAD DATA, and as Parquet, to compare with. */
  csv: string
  truth: string
  say(message: string): void
}

export const DATABASE = 'chicago'

/** Starts a MariaDB with all rows in its memory. Takes about 20 s for a million rows. */
export async function makeWorld(rows: number, say: (message: string) => void): Promise<World> {
  const folder = privateFolder()
  const memoryMb = Math.max(1024, Math.ceil(rows / 1e6) * 512 + 1024)
  const words = [
    `--innodb-buffer-pool-size=${memoryMb}M`,
    '--innodb-log-file-size=1G',
    '--innodb-doublewrite=0',
    '--max-allowed-packet=64M',
  ]
  const server = await startMariaDb(words)
  if (!server) throw new Error('There is no MariaDB to measure with.')
  const csv = join(folder, 'crimes.csv')
  const truth = join(folder, 'crimes.parquet')
  say(`Making ${rows} incidents …`)
  {
    await using engine = await openDuckDb({ memoryBytes: 2 ** 30, spillFolder: join(folder, 'spill') })
    const options = `FORMAT csv, HEADER false, QUOTE '"', ESCAPE '"', NULLSTR 'NULL'`
    await engine.writeParquet(generatedRows(rows), truth)
    await engine.run(`COPY (SELECT * FROM ${literal(truth)}) TO ${literal(csv)} (${options})`)
  }
  say(`Loading them into ${server.version} …`)
  await server.admin(
    `CREATE DATABASE ${DATABASE} CHARACTER SET utf8mb4; USE ${DATABASE}; ${CREATE_TABLE}; ${loadData(csv, 'crimes')}`,
  )
  await server.admin(
    `USE ${DATABASE}; ALTER TABLE crimes ADD INDEX (updated_on); ANALYZE TABLE crimes; SELECT SUM(LENGTH(block)) FROM crimes`,
  )
  await writeFile(join(folder, 'README'), 'Made by `npm run bench` of Blotter. Safe to delete.\n')
  await mkdir(join(folder, 'out'))
  return {
    server,
    rows,
    folder,
    csv,
    truth,
    say,
    async [Symbol.asyncDispose]() {
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export function loadData(csv: string, table: string): string {
  return `LOAD DATA INFILE ${literal(csv)} INTO TABLE ${table} CHARACTER SET utf8mb4
    FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' ESCAPED BY '' LINES TERMINATED BY '\\n'`
}
