import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Contest, requireRows } from './candidate.ts'
import { BLOTTER, requireBatch } from './first-batch.ts'
import { measure } from './measure.ts'
import { DATABASE, type World } from './world.ts'

const FLOOR = join(import.meta.dirname, 'programs/floor.ts')
const DRAIN = 'SELECT id, updated_on FROM crimes ORDER BY id'

/** A batch in which every hundredth incident has changed, and one in which none has. */
export async function incrementalContest(world: World): Promise<Contest> {
  const before = join(world.folder, 'out', 'lake-before')
  const source = `${world.server.url(DATABASE, 'crimes')}&tls=off`
  const env = { BLOTTER_SOURCE_PASSWORD: world.server.password }
  const run = (lake: string): string[] => [BLOTTER, 'run', '--json', '--lake', lake, '--source', source]
  await measure({ words: run(before), env }, world.server.pid)
  // The lake's files are named by their whole paths, so that a copy is put in the place of the first and not beside it.
  const kept = join(world.folder, 'out', 'lake-kept')
  await cp(before, kept, { recursive: true })
  const restore = async (): Promise<void> => {
    await rm(before, { recursive: true, force: true })
    await cp(kept, before, { recursive: true })
  }
  const change = 'SET arrest = NOT arrest, updated_on = updated_on + INTERVAL 1 DAY WHERE id DIV 3 % 100 = 7'
  const changed = (): Promise<unknown> => world.server.admin(`USE ${DATABASE}; UPDATE crimes ${change}`)
  const [count] = await world.server.admin(`SELECT COUNT(*) AS n FROM ${DATABASE}.crimes WHERE id DIV 3 % 100 = 7`)
  return {
    title: 'incremental',
    candidates: [
      {
        // Whoever wants to know every change, late and vanished ones too, reads as much: no batch can be faster.
        name: 'mysql2, keys and stamps thrown away',
        command: {
          words: [process.execPath, FLOOR, '127.0.0.1', String(world.server.port), DATABASE, 'text', DRAIN],
          env: { PASSWORD: world.server.password },
        },
        check: async (output) => requireRows(output, world.rows),
      },
      {
        name: 'Blotter, nothing changed',
        prepare: restore,
        command: { words: run(before), env },
        check: async (output) => requireBatch(output, { landed: 0, swept: world.rows }),
      },
      {
        name: 'Blotter, 1 % changed',
        async prepare() {
          await restore()
          await changed()
        },
        command: { words: run(before), env },
        async check(output) {
          requireBatch(output, { landed: Number(count!['n']), swept: world.rows })
          // As it was, for the next round.
          await world.server.admin(`USE ${DATABASE}; UPDATE crimes ${change.replace('+ INTERVAL', '- INTERVAL')}`)
        },
      },
    ],
  }
}
