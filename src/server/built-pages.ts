import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Log } from '../log.ts'

const DIST = fileURLToPath(new URL('../../web/dist', import.meta.url))
const BUILDER = fileURLToPath(new URL('../../scripts/build-web.ts', import.meta.url))
const BUILD_LIMIT_MS = 120_000

/**
 * The folder of the built pages; undefined where there are none. In a checkout they are built first if a source is newer, in
 * a process of its own; if that fails, the old ones serve, and the log says why.
 */
export async function builtPages(log: Log): Promise<string | undefined> {
  if (existsSync(BUILDER)) {
    const build = promisify(execFile)(process.execPath, [BUILDER], { timeout: BUILD_LIMIT_MS })
    await build.catch((error: Error & { stderr?: string }) =>
      log.warn({ problem: error.stderr?.trim() || error.message }, 'pages_not_built'),
    )
  }
  return existsSync(`${DIST}/pages.json`) ? DIST : undefined
}
