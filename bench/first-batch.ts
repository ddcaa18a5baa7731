import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Contest } from './candidate.ts'
import { floors } from './extract.ts'
import { DATABASE, type World } from './world.ts'

export const PROGRAM = join(import.meta.dirname, '../src/cli/main.ts')
/** The same as people start it: what Node.js has compiled is kept from one start to the next. */
export const BLOTTER = join(import.meta.dirname, '../bin/blotter')

/** The whole first batch, beside what mysql2 needs to read the same rows and throw them away. */
export function firstBatchContest(world: World): Contest {
  const lake = join(world.folder, 'out', 'lake-first')
  const source = `${world.server.url(DATABASE, 'crimes')}&tls=off`
  return {
    title: 'first batch',
    candidates: [
      {
        name: 'Blotter, first batch',
        prepare: () => rm(lake, { recursive: true, force: true }),
        command: {
          words: [BLOTTER, 'run', '--json', '--lake', lake, '--source', source],
          env: { BLOTTER_SOURCE_PASSWORD: world.server.password },
        },
        check: async (output) => requireBatch(output, { read: world.rows, landed: world.rows }),
      },
      ...floors(world),
    ],
  }
}

export function requireBatch(output: string, expected: Record<string, number>): void {
  const { state, rows } = JSON.parse(output) as { state: string; rows: Record<string, number> }
  for (const [name, n] of Object.entries(expected)) {
    if (state !== 'succeeded' || rows[name] !== n)
      throw new Error(`the batch ${state} with ${name} = ${rows[name]}, expected ${n}`)
  }
}
