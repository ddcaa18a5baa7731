import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { serviceMissing } from './database-process.ts'
import { cacheFolder, once, onPath } from './debian-packages.ts'
import { freePort } from './free-port.ts'

const execute = promisify(execFile)

/** Give it to `describe` or `test` where `startMoto` found nothing: `{ skip: moto ? false : NO_MOTO }`. */
export const NO_MOTO = 'moto is missing: run once with BLOTTER_TEST_MOTO=1, which installs it into the cache'

/** A model of AWS on loopback (https://docs.getmoto.org), empty and of this test process's own. */
export interface Moto {
  endpoint: string
  stop(): Promise<void>
}

const STARTED_WITHIN_MS = 60_000

/**
 * Starts moto's server (about 2 s, 100 MB) by a Python that has it, else by one in the cache. Installing that takes two minutes
 * and 300 MB, so it is done in CI and where `BLOTTER_TEST_MOTO=1`. Undefined where there is none, which fails in CI. It ends
 * with the process. `program` is another one that starts it.
 */
export async function startMoto(program: readonly string[] = ['-m', 'moto.server']): Promise<Moto | undefined> {
  const remedy = 'Run `pip install "moto[server]"`, or once with BLOTTER_TEST_MOTO=1.'
  const python = await findPython().catch((error: unknown) => serviceMissing('moto', remedy, error))
  if (!python) return undefined
  const port = await freePort()
  const words = [python, ...program, '-H', '127.0.0.1', '-p', String(port)]
  const setpriv = onPath('setpriv')
  if (setpriv) words.unshift(setpriv, '--pdeathsig', 'KILL')
  const child = spawn(words[0]!, words.slice(1), { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (text: Buffer) => (said = (said + text.toString()).slice(-2000)))
  child.unref()
  const kill = (): void => void child.kill('SIGKILL')
  process.once('exit', kill)
  const endpoint = `http://127.0.0.1:${port}`
  const deadline = performance.now() + STARTED_WITHIN_MS
  for (;;) {
    const answers = await fetch(`${endpoint}/moto-api/data.json`).then(
      (answer) => answer.ok,
      () => false,
    )
    if (answers) return { endpoint, stop: () => stopped(child, kill) }
    if (child.exitCode !== null || performance.now() > deadline) {
      kill()
      return serviceMissing('moto', remedy, new Error(said.trim().split('\n').at(-1)))
    }
    await sleep(50)
  }
}

const VERSION = '5.2.1'

async function findPython(): Promise<string> {
  const installed = onPath('python3')
  if (!installed) throw new Error('there is no python3')
  if (
    await execute(installed, ['-c', 'import moto.server, flask']).then(
      () => true,
      () => false,
    )
  )
    return installed
  const folder = join(cacheFolder(), `moto-${VERSION}`)
  const done = join(folder, 'done')
  if (!existsSync(done) && !process.env['CI'] && process.env['BLOTTER_TEST_MOTO'] !== '1') {
    throw new Error('python3 has no moto, and BLOTTER_TEST_MOTO is not 1')
  }
  const python = join(folder, 'bin/python')
  await once(
    folder,
    // The interpreter that the environment was made with may be gone since: its link then leads nowhere.
    () => existsSync(done) && existsSync(python),
    async () => {
      await rm(join(folder, 'bin'), { recursive: true, force: true })
      await execute(installed, ['-m', 'venv', folder])
      await execute(python, ['-m', 'pip', 'install', '--quiet', '--no-input', `moto[server]==${VERSION}`])
      await writeFile(done, '')
    },
  )
  return python
}

async function stopped(child: ChildProcess, kill: () => void): Promise<void> {
  process.removeListener('exit', kill)
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.ref()
  kill()
  await ended
}
