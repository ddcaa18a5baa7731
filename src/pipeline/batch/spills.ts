import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

const SPILL = /^spill-(\d+)-/
/** A process in another container has a number that means nothing here: what it has written to lately stays. */
const QUIET_MS = 3_600_000

/** A folder in the state folder for what this process works on and nobody goes on with: it is swept once the process is gone. */
export function spillFolder(stateFolder: string, name: string): string {
  return join(stateFolder, `spill-${process.pid}-${name}`)
}

/**
 * Removes folders `spill-<process>-…` in the state folder whose process is gone, and resolves with their names: what processes
 * that were killed had put there: engines to save memory, previews of restores.
 */
export async function sweepSpills(stateFolder: string, now: Date): Promise<string[]> {
  const swept: string[] = []
  for (const name of await readdir(stateFolder).catch(() => [])) {
    const pid = SPILL.exec(name)?.[1]
    if (pid === undefined || isAlive(Number(pid))) continue
    const folder = join(stateFolder, name)
    if ((await newestChangeMs(folder)) > now.getTime() - QUIET_MS) continue
    await rm(folder, { recursive: true, force: true })
    swept.push(name)
  }
  return swept
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Another user's process is there all the same.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

async function newestChangeMs(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => [])
  const times = [folder, ...names.map((name) => join(folder, name))].map((path) =>
    stat(path).then(
      (found) => found.mtimeMs,
      () => 0,
    ),
  )
  return Math.max(...(await Promise.all(times)))
}
