import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Candidate, Contest } from './candidate.ts'
import { requireRows } from './candidate.ts'
import { peerCandidates, type Peers } from './peers/candidates.ts'
import { type Fingerprint, fingerprintOf, requireSame } from './verify.ts'
import { DATABASE, type World } from './world.ts'

const programs = join(import.meta.dirname, 'programs')

/** MySQL to Parquet: all rows, all columns. */
export async function extractContest(world: World, peers: Peers | undefined): Promise<Contest> {
  const expected = await expectedOf(world)
  const ours = (reader: 'fast' | 'plain'): Candidate => {
    const out = join(world.folder, 'out', reader)
    const url = `${world.server.url(DATABASE, 'crimes')}&tls=off`
    return {
      name: `Blotter, ${reader} reader`,
      prepare: () => rm(out, { recursive: true, force: true }),
      command: {
        words: [process.execPath, join(programs, 'extract.ts'), url, out, reader],
        env: { PASSWORD: world.server.password },
      },
      async check(output) {
        requireRows(output, world.rows)
        requireSame(reader, await fingerprintOf(join(out, '*.parquet'), world.folder), expected)
      },
    }
  }
  const others = peers ? peerCandidates(world, peers, expected) : []
  return { title: 'extract', candidates: [ours('fast'), ours('plain'), ...floors(world), ...others] }
}

/** What no reader in Node.js is expected to go below: rows that are thrown away. */
export function floors(world: World): Candidate[] {
  const { password, port } = world.server
  return (['text', 'binary'] as const).map((protocol) => ({
    name: `mysql2, arrays thrown away, ${protocol}`,
    command: {
      words: [process.execPath, join(programs, 'floor.ts'), '127.0.0.1', String(port), DATABASE, protocol],
      env: { PASSWORD: password },
    },
    check: async (output) => requireRows(output, world.rows),
  }))
}

/** Of the rows as they were generated, not as anybody has read them. */
async function expectedOf(world: World): Promise<Fingerprint> {
  return fingerprintOf(world.truth, world.folder)
}
