import { existsSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { type Clock, systemClock } from '../clock.ts'
import { openState, type State, STATE_FILE } from './state.ts'

/**
 * Sets a damaged state database aside, its write-ahead log with it, and opens a new empty one. The old files stay beside
 * it as `state.sqlite.damaged-<time>`. No run may be under way: the lease goes with the old file.
 */
export function rebuildState(folder: string, clock: Clock = systemClock): { state: State; setAside: string | undefined } {
  const file = join(folder, STATE_FILE)
  const aside = `${file}.damaged-${clock.now().toISOString().replaceAll(/[-:.]/g, '')}`
  const had = existsSync(file)
  for (const part of ['', '-wal', '-shm']) {
    if (existsSync(file + part)) renameSync(file + part, aside + part)
  }
  return { state: openState(folder, { clock }), setAside: had ? aside : undefined }
}
