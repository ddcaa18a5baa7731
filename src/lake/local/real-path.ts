import { realpathSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** A folder without symbolic links, whether it exists already or not: a lake has one place, however it is spelled. */
export function realPathOf(folder: string): string {
  try {
    return realpathSync(folder)
  } catch {
    const parent = dirname(folder)
    return parent === folder ? folder : join(realPathOf(parent), basename(folder))
  }
}
