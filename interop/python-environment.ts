import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const installTimeoutMs = 10 * 60_000

/**
 * A virtual environment of Python with what a file of requirements pins, made on first use in `$XDG_CACHE_HOME/blotter` or
 * `~/.cache/blotter` and used only when complete. Needs `python3` 3.10 to 3.12 with venv.
 */
export async function pythonEnvironment(name: string, requirements: string): Promise<string> {
  const uv = join(
    await made('uv', UV, (python) => [python, '-m', 'pip', 'install', '--quiet', '--no-input', UV]),
    'bin',
    'uv',
  )
  const list = readFileSync(requirements, 'utf8')
  return made(name, list, (python) => [uv, 'pip', 'install', '--quiet', '--python', python, '-r', requirements])
}

const UV = 'uv==0.13.9'

// A virtual environment cannot be moved once its scripts name their interpreter: a mark says that it is complete.
async function made(name: string, pins: string, install: (python: string) => [string, ...string[]]): Promise<string> {
  const hash = createHash('sha256').update(pins).digest('hex').slice(0, 12)
  const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'blotter', `${name}-${hash}`)
  const mark = join(folder, 'complete')
  const python = join(folder, 'bin', 'python')
  // The interpreter that the environment was made with may be gone since.
  if (existsSync(mark) && existsSync(python)) return folder
  await rm(folder, { recursive: true, force: true })
  await run('python3', ['-m', 'venv', folder], { timeout: installTimeoutMs })
  const [program, ...words] = install(python)
  await run(program, words, { timeout: installTimeoutMs })
  await mkdir(`${mark}.draft`)
  await rename(`${mark}.draft`, mark)
  return folder
}
