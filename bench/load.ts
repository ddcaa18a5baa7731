import { join } from 'node:path'
import type { Contest } from './candidate.ts'
import { PROGRAM } from './first-batch.ts'
import { DATABASE, loadData, type World } from './world.ts'

/** The same rows into an empty table with the same indexes. */
export function loadContest(world: World): Contest {
  const { server } = world
  const empty = async (): Promise<void> => {
    await server.admin(`USE ${DATABASE}; DROP TABLE IF EXISTS loaded; CREATE TABLE loaded LIKE crimes`)
  }
  const filled = async (): Promise<void> => {
    const [row] = await server.admin(`SELECT COUNT(*) AS n, (SELECT BIT_XOR(CRC32(CONCAT_WS('|', id, block, latitude))) FROM ${DATABASE}.loaded) AS h,
      (SELECT BIT_XOR(CRC32(CONCAT_WS('|', id, block, latitude))) FROM ${DATABASE}.crimes) AS expected FROM ${DATABASE}.loaded`)
    if (Number(row!['n']) !== world.rows || row!['h'] !== row!['expected']) throw new Error(`expected ${world.rows} rows as they are, got ${row!['n']}`)
  }
  return {
    title: 'load',
    candidates: [
      {
        name: 'Blotter load, from Parquet',
        prepare: empty,
        command: {
          words: [process.execPath, PROGRAM, 'load', '--json', '--from', `file:${world.truth}`, '--into', `${server.url(DATABASE, 'loaded')}&tls=off`],
          env: { BLOTTER_SOURCE_PASSWORD: server.password },
        },
        check: filled,
      },
      {
        name: 'LOAD DATA INFILE',
        prepare: empty,
        command: {
          words: [process.execPath, join(import.meta.dirname, 'programs/statement.ts'), String(server.port), DATABASE, loadData(world.csv, 'loaded')],
          env: { PASSWORD: server.password },
        },
        check: filled,
      },
    ],
  }
}
