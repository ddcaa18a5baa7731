import { join } from 'node:path'
import type { Contest } from './candidate.ts'
import { PROGRAM } from './first-batch.ts'
import { COMPARED } from './table.ts'
import { DATABASE, loadData, type World } from './world.ts'

/** The same rows into an empty table with the same indexes. */
export function loadContest(world: World): Contest {
  const { server } = world
  const into = `${server.url(DATABASE, 'loaded')}&tls=off`
  const statement = join(import.meta.dirname, 'programs/statement.ts')
  const empty = async (): Promise<void> => {
    await server.admin(`USE ${DATABASE}; DROP TABLE IF EXISTS loaded; CREATE TABLE loaded LIKE crimes`)
  }
  const filled = async (): Promise<void> => {
    // The empty text of a file is no value to Blotter.
    const columns = Object.keys(COMPARED)
      .map((name) => `COALESCE(${name}, '')`)
      .join(', ')
    const sum = (table: string): string =>
      `SELECT COUNT(*) AS n, BIT_XOR(CRC32(CONCAT_WS('|', ${columns}))) AS h FROM ${DATABASE}.${table}`
    const [[found], [expected]] = await Promise.all([server.admin(sum('loaded')), server.admin(sum('crimes'))])
    if (Number(found!['n']) === world.rows && found!['h'] === expected!['h']) return
    throw new Error(`expected ${world.rows} rows as they are in crimes, got ${found!['n']}, and not the same`)
  }
  return {
    title: 'load',
    candidates: [
      {
        name: 'Blotter load, from Parquet',
        prepare: empty,
        command: {
          words: [process.execPath, PROGRAM, 'load', '--json', '--from', `file:${world.truth}`, '--into', into],
          env: { BLOTTER_SOURCE_PASSWORD: server.password },
        },
        check: filled,
      },
      {
        name: 'LOAD DATA INFILE',
        prepare: empty,
        command: {
          words: [process.execPath, statement, String(server.port), DATABASE, loadData(world.csv, 'loaded')],
          env: { PASSWORD: server.password },
        },
        check: filled,
      },
    ],
  }
}
