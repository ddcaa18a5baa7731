import { randomBytes } from 'node:crypto'
import type { DatabaseServer } from './database-process.ts'

/** A database of its own with a table of incidents, and a least-privileged account that reads it. */
export interface ReadCity {
  database: string
  reader: string
  password: string
  url: string
}

const COLUMNS =
  'id BIGINT PRIMARY KEY, date DATETIME, primary_type VARCHAR(40), arrest VARCHAR(5), block VARCHAR(60), updated_on DATETIME'

const CHUNK_ROWS = 5000

function rowSql(id: number): string {
  return `(${id}, '2025-12-01 12:00:00', 'THEFT', 'false', '${id}XX W ADAMS ST', '2026-01-01 00:00:00')`
}

/** Makes both on a server; `rows` incidents of distinct ids. */
export async function readCity(
  server: DatabaseServer,
  options: { password?: string; rows?: number; port?: number } = {},
): Promise<ReadCity> {
  const { rows = 3, port = server.port } = options
  const name = randomBytes(4).toString('hex')
  const [database, reader] = [`city_${name}`, `r_${name}`]
  const password = options.password ?? `p-${randomBytes(12).toString('base64url')}`
  const quoted = password.replaceAll('\\', '\\\\').replaceAll("'", "''")
  const ids = Array.from({ length: rows }, (_, i) => i + 1)
  const inserts = Array.from({ length: Math.ceil(rows / CHUNK_ROWS) }, (_, i) => {
    const values = ids.slice(i * CHUNK_ROWS, (i + 1) * CHUNK_ROWS).map(rowSql)
    return `INSERT INTO ${database}.crimes VALUES ${values.join()}`
  })
  await server.admin(
    [
      `CREATE DATABASE ${database} CHARACTER SET utf8mb4`,
      `CREATE TABLE ${database}.crimes (${COLUMNS})`,
      ...inserts,
      `CREATE USER '${reader}'@'%' IDENTIFIED BY '${quoted}'`,
      `GRANT SELECT ON ${database}.crimes TO '${reader}'@'%'`,
    ].join(';\n'),
  )
  return { database, reader, password, url: `mysql://${reader}@localhost:${port}/${database}?table=crimes` }
}
