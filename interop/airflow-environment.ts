import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const pins = join(import.meta.dirname, 'airflow')
const installTimeoutMs = 10 * 60_000

/** Programs by path: Airflow of one major, and the Python that has moto. */
export interface AirflowPrograms {
  /** A folder to stand first on PATH: Airflow calls itself. */
  bin: string
  toolsPython: string
}

/**
 * Airflow of this major, as MWAA runs it, in a virtual environment that `airflow/requirements-N.txt` pins; made on first use in
 * `$XDG_CACHE_HOME/blotter` or `~/.cache/blotter` (about 300 MB each), used only when complete. Needs `python3` 3.10 to 3.12.
 */
export async function prepareAirflow(major: 2 | 3): Promise<AirflowPrograms> {
  const tools = await environment('airflow-tools', 'tools.txt', async (python, file) => {
    await run(python, ['-m', 'pip', 'install', '--quiet', '--no-input', '-r', file], { timeout: installTimeoutMs })
  })
  const uv = join(tools, 'bin', 'uv')
  const airflow = await environment(`airflow-${major}`, `requirements-${major}.txt`, async (python, file) => {
    await run(uv, ['pip', 'install', '--quiet', '--python', python, '-r', file], { timeout: installTimeoutMs })
  })
  return { bin: join(airflow, 'bin'), toolsPython: join(tools, 'bin', 'python') }
}

// A virtual environment cannot be moved once its scripts name their interpreter: a mark says that it is complete.
async function environment(
  name: string,
  list: string,
  install: (python: string, file: string) => Promise<void>,
): Promise<string> {
  const file = join(pins, list)
  const hash = createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 12)
  const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'blotter', `${name}-${hash}`)
  const mark = join(folder, 'complete')
  if (existsSync(mark)) return folder
  await rm(folder, { recursive: true, force: true })
  await run('python3', ['-m', 'venv', folder], { timeout: installTimeoutMs })
  await install(join(folder, 'bin', 'python'), file)
  await mkdir(`${mark}.draft`)
  await rename(`${mark}.draft`, mark)
  return folder
}
